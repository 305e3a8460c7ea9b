import Core
import TestSupport
import Testing
import Web

@testable import TenantTracker

@Suite struct PagesRoleTests {
  /// Every page and every action, by everybody: what the route's permission says, and nothing else.
  @Test func everyRouteWithEveryRole() async throws {
    try await PagesWorld.with { world in
      let custom = Permissions([(.networks, .read), (.users, .write)])
      try await world.addUser("manager@example.com", .manager)
      try await world.addUser("viewer@example.com", .viewer)
      try await world.addUser("custom@example.com", .custom, custom)
      try await world.addUser("none@example.com", .custom, Permissions())
      let permissions: [(String, Permissions)] = [
        ("manager@example.com", try #require(Role.manager.permissions)),
        ("viewer@example.com", try #require(Role.viewer.permissions)), ("custom@example.com", custom),
        ("none@example.com", Permissions()),
        // Last: giving the licence back leaves the others without a seat.
        (PagesWorld.email, .everything),
      ]
      let routes = world.pages.table().routes.filter { $0.access != .anyone && $0.path != "/logout" }
      #expect(routes.count > 60)
      let stranger = world.browser()
      for (email, allowed) in permissions {
        let browser = try await world.signedIn(as: email)
        let token = try await browser.token()
        for route in routes {
          let target = route.target
          let answer =
            route.method == .get
            ? try await browser.get(target) : try await browser.client.post(target, form: [("_csrf", token)])
          let isAllowed = allowed.allows(route.access)
          #expect((answer.status == 403) == !isAllowed, "\(email) \(route.method.rawValue) \(target): \(answer.status)")
          #expect(answer.status < 500 || answer.status == 503, "\(email) \(target): \(answer.status)")
        }
      }
      for route in routes where route.method == .get {
        let answer = try await stranger.get(route.target)
        #expect(answer.status == 303 && answer.header("Location")?.hasPrefix("/admin/login?return_to=") == true)
      }
    }
  }

  @Test func pagesReadAndActionsWrite() async throws {
    try await PagesWorld.with { world in
      for route in world.pages.table().routes {
        guard case .section(let section, let level) = route.access else { continue }
        let isForm = route.path.hasSuffix("/new")
        #expect(Section(rawValue: section) != nil)
        // Who may read reports may keep their own questions and columns.
        let isOwn = ["/reports/saved", "/reports/columns"].contains { route.path.hasPrefix($0) }
        let isRead = isOwn || (route.method == .get && !isForm)
        #expect(level == (isRead ? .read : .write), "\(route.method.rawValue) \(route.path)")
      }
      let routes = world.pages.table().routes
      for entry in MenuEntry.groups.flatMap(\.entries) {
        let path = entry.path == "/admin" ? "/" : String(entry.path.dropFirst("/admin".count))
        #expect(routes.contains { $0.method == .get && $0.path == path }, "\(entry.path)")
      }
    }
  }

  @Test func withoutReportsTheStartPageShowsWhatIsOpen() async throws {
    try await PagesWorld.with { world in
      try await world.addUser("custom@example.com", .custom, Permissions([(.networks, .read)]))
      let page = try await world.signedIn(as: "custom@example.com").get("/admin")
      #expect(page.status == 200)
      #expect(page.text.contains("<a class=\"ty-tile\" href=\"/admin/networks\">"))
      #expect(!page.text.contains("href=\"/admin/campaigns\""))
    }
  }

  @Test func whoMayOnlyReadGetsNoButtons() async throws {
    try await PagesWorld.with { world in
      try await world.addUser("viewer@example.com", .viewer)
      _ = try await world.signedIn().post("/admin/offers", [("name", "Offer"), ("url", "https://shop.example/")])
      let viewer = try await world.signedIn(as: "viewer@example.com")
      let page = try await viewer.get("/admin/offers/1")
      #expect(page.status == 200 && page.text.contains("<fieldset disabled>"))
      #expect(!page.text.contains("Save changes") && !page.text.contains("/admin/offers/1/delete"))
      #expect(try await !viewer.get("/admin/offers").text.contains("/admin/offers/new"))
      let refused = try await viewer.get("/admin/users")
      #expect(refused.text.contains("This page needs read access to users."))
    }
  }

  @Test func aTenantsPagesAreItsOwn() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      _ = try await browser.post("/admin/offers", [("name", "Mine"), ("url", "https://shop.example/")])
      let other = try await world.signedIn(host: PagesWorld.otherHost)
      #expect(try await other.get("/admin/offers/1").status == 404)
      #expect(
        try await other.post("/admin/offers/1", [("name", "Taken"), ("url", "https://evil.example/")]).status == 404)
      #expect(try await other.post("/admin/offers/1/delete").status == 404)
      let session = try #require(try await browser.client.cookie("tly_session"))
      let stolen = try await world.browser(host: PagesWorld.otherHost).client.get(
        "/admin/offers", headers: [("Cookie", "tly_session=\(session)")])
      #expect(stolen.status == 303)
      #expect(try await OfferStore().find(1, of: world.scope)?.draft.name == "Mine")
    }
  }
}

extension RouteDescription {
  /// The route's address with ids that nothing has.
  fileprivate var target: String {
    let isClick = path.hasPrefix("/clicks") || path.hasPrefix("/account/sessions")
    let id = isClick ? "01939e3c-0000-7000-8000-000000000000" : "999999"
    return "/admin\(path == "/" ? "" : path.replacing("{id}", with: id))"
  }
}
