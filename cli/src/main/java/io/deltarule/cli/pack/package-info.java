/** Commands that carry this program to a machine that has nothing but a driver. */
package io.deltarule.cli.pack;
