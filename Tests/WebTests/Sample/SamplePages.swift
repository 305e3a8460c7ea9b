import Core

@testable import Web

/// A few pages behind a cookie.
enum SamplePages {
  static let csrf = CSRFGuard(key: Array(repeating: 7, count: 32))
  static let cookie = SessionCookie(name: "_session", path: "/admin", lifetime: .seconds(3_600))

  static var table: RouteTable<Site, Person> {
    var table = RouteTable<Site, Person>()
    table.openPage("/login", "Sign-in.") { call in .html("<form>\(call.query("return_to"))</form>") }
    table.openAction("/login", "Signs in.") { call in
      guard let name = call.form["name"], Person.byToken[name] != nil else {
        return .html("<p>Wrong name \(call.form["name"]).</p>", status: 422)
      }
      return Reply.redirect(to: "/admin").with(cookie.issue(name, for: call.head))
    }
    table.page("/", .signedIn, "Start.") { call in
      .html("<h1>Start</h1>\(call.request.flash?.message)<form>\(call.csrfField)</form>")
    }
    table.page("/password", .signedIn, "Password.", whilePasswordMustChange: true) { _ in .html("<h1>Password</h1>") }
    table.page("/campaigns", .section("campaigns", .read), "Campaigns.") { call in
      .html("<table>\(call.query("q"))</table>")
    }
    table.action("/campaigns", .section("campaigns", .write), "Saves.") { call in
      .redirect(to: "/admin", flash: Flash(.success, "Saved \(call.form["name"] ?? "")."))
    }
    table.action("/upload", .section("campaigns", .write), "Uploads.", bodyLimit: 10_000) { call in
      let file = call.form.file("page")
      return .html("<p>\(file?.filename): \(file?.bytes.count)</p>")
    }
    table.page("/automation", .signedIn, "Licensed.", feature: "automizer") { _ in .html("never") }
    table.page("/long", .signedIn, "Long.") { call in
      .html("<p>\(String(repeating: "a long page ", count: 500))</p>\(call.csrfField)")
    }
    table.page("/secretive", .signedIn, "Fails.") { _ in throw Secretive() }
    return table
  }

  static var hooks: RouteHooks<Site, Person> {
    RouteHooks(
      locate: { Site(name: $0.host) },
      authenticate: { head, _ in cookie.token(in: head).flatMap { Person.byToken[$0] } },
      checkFeature: { _, feature in throw Problem.featureNotLicensed(feature: feature, plan: "Pro") },
      pages: PageRules(
        cookie: cookie, csrf: csrf, signInPath: "/admin/login", passwordPath: "/admin/password",
        renderProblem: { problem, _, _, person in
          "<h1>\(problem.title)</h1><p>\(problem.detail)</p><nav>\(person?.actorID)</nav>"
        }))
  }

  static var mount: Mount { Mount("/admin", table, hooks) }
}
