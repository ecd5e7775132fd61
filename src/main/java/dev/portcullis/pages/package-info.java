/** What people see: server-rendered pages, their models and one stylesheet. No script, nothing from elsewhere. Knows nothing of the program. */
@NullMarked
package dev.portcullis.pages;

import org.jspecify.annotations.NullMarked;
