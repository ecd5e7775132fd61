package dev.portcullis.oauth.connections;

/**
 * Who looks at the page.
 *
 * @param id what ties the forms of the page to the cookie of the browser
 * @param subject of the identity provider
 * @param username as people know it
 */
record PageSession(String id, String subject, String username) {}
