/** What a check is and what can come of it, and how checks are run. Knows nothing of what is checked. */
@NullMarked
package dev.portcullis.doctor.check;

import org.jspecify.annotations.NullMarked;
