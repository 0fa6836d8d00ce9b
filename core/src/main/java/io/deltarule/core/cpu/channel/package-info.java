/**
 * Operations forward with learned numbers per channel or head, over all rows as one run of numbers. Uses {@code core.cpu.op}, whose
 * steps these are. Start at {@link io.deltarule.core.cpu.channel.ChannelValues}.
 */
package io.deltarule.core.cpu.channel;
