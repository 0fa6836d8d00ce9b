/**
 * What options mean that several commands have: an engine and a device, a form, and whether the outputs fit this machine.
 * Uses no other room. Start reading at EngineChoice.
 */
package io.deltarule.cli.option;
