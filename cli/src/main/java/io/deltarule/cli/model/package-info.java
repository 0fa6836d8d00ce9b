/**
 * Commands on models: generate, logits, perplexity, inspect and make-model. Uses option and output, models and loader. Start
 * reading at GenerateCommand; ModelOptions are the options that these commands share.
 */
package io.deltarule.cli.model;
