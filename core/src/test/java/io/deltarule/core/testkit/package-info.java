/** Cases and laws that every engine's tests share; published as this module's test-jar. */
package io.deltarule.core.testkit;
