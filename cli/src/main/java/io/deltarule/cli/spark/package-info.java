/** Models over a corpus: starts Spark, which the user brings, with this project's module for it. Nothing of Spark is compiled in here. */
package io.deltarule.cli.spark;
