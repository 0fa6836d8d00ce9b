/**
 * Commands on operation files: op runs one, compare holds two results against each other. Uses option and output, core and
 * loader. Start reading at OpCommand; OperationFile reads and checks what it gets.
 */
package io.deltarule.cli.operation;
