package dev.portcullis.pages;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.util.Map;

/** Renders the pages from templates compiled at build time; whatever comes from outside is escaped for its context. */
public final class Pages {
    private final TemplateEngine engine = TemplateEngine.createPrecompiled(ContentType.Html);
    private final Stylesheet stylesheet = Stylesheet.load();

    public Stylesheet stylesheet() {
        return stylesheet;
    }

    public String consent(ConsentPage page) {
        return render("consent.jte", page);
    }

    public String error(ErrorPage page) {
        return render("error.jte", page);
    }

    public String returned(ReturnedPage page) {
        return render("returned.jte", page);
    }

    public String connections(ConnectionsPage page) {
        return render("connections.jte", page);
    }

    public String signedOut(SignedOutPage page) {
        return render("signedout.jte", page);
    }

    public String home(HomePage page) {
        return render("home.jte", page);
    }

    private String render(String template, Record page) {
        StringOutput output = new StringOutput();
        engine.render(template, Map.of("page", page, "stylesheet", stylesheet.path()), output);
        return output.toString();
    }
}
