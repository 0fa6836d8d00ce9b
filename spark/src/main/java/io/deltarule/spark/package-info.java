/**
 * Models over a corpus on Apache Spark: Transformers for DataFrames, plain functions for {@code mapPartitions}, one long sequence over many
 * executors, and the job that the command line runs.
 *
 * <p>Every process that computes holds one model, mapped once, whatever the number of its tasks. On the engines cpu and reference a text's
 * results are the same, bit for bit, however the texts are spread over partitions and machines.
 */
package io.deltarule.spark;
