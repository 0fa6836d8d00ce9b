/**
 * One long sequence, cut into segments that are computed at the same time: what a delta rule does to its state over a segment is a linear map,
 * so that segments compose.
 */
package io.deltarule.models.segment;
