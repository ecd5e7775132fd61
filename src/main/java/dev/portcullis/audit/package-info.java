/**
 * What was done with access to whom: an event for each thing an auditor asks about, and the log they go to. The features say what happened;
 * nothing here knows them. Above {@code http}, below everything that has something to tell.
 */
@NullMarked
package dev.portcullis.audit;

import org.jspecify.annotations.NullMarked;
