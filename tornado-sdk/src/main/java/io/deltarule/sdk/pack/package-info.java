/**
 * This program in one archive for a machine that has nothing but a driver: the jar, a Java of its own, the SDK that is installed
 * here. And a bench run there, whose report comes back.
 */
package io.deltarule.sdk.pack;
