/**
 * Models over many texts: texts of different lengths are packed into runs, and each gets the numbers, bit for bit, that it gets alone. So
 * a corpus may be cut up and spread in any way.
 */
package io.deltarule.models.corpus;
