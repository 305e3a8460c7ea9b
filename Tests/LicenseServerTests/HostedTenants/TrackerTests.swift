import Core
import Database
import TestSupport
import Testing

@testable import LicenseServer
@testable import Security

@Suite struct TrackerTests {
  @Test func aTokenIsKeptEncryptedAndNeverShown() async throws {
    try await withHosting(registered: 1) { world in
      let vendor = try await world.server.vendor()
      for path in ["/api/trackers", "/api/trackers/1", "/api/audit-log"] {
        #expect(!(try await vendor.get(path).text.contains(PretendTracker.token)))
      }
      #expect(try await vendor.get("/api/trackers/1").json["token_hint"] == "ers!")
      let stored: String? = try await world.server.plane.database.scalar("SELECT sealed_token FROM license.trackers")
      let sealed = try #require(stored)
      let box = world.server.plane.box
      #expect(
        try box.openText(sealed, for: RegisteredTracker.sealingContext(baseURL: world.trackers[0].baseURL))
          == PretendTracker.token)
      // Moved to another address by whoever can write to the database, it does not open.
      try await world.server.plane.database.execute(
        "UPDATE license.trackers SET base_url = 'https://evil.example.com'")
      try await world.hosting.fleet.checkAll()
      let checked = try await vendor.get("/api/trackers/1").json
      #expect(checked["health"] == "failing" && checked["last_error"]?.stringValue?.contains("SECRET_KEY") == true)
    }
  }

  @Test func privateAddressesAreRefusedUnlessAllowed() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      for address in ["http://127.0.0.1:1", "http://169.254.169.254", "http://[::1]:80", "http://10.0.0.1"] {
        let answer = try await vendor.post(
          "/api/trackers",
          json: ["name": "t", "base_url": .string(address), "control_token": "x", "capacity": 1])
        #expect(answer.status == 422 && answer.text.contains("private address"), "\(address) \(answer.text)")
      }
      #expect(try await vendor.get("/api/trackers").json["items"]?.arrayValue?.isEmpty == true)
    }
  }

  @Test func aTrackerHasToAnswerWithItsToken() async throws {
    try await withHosting(registered: 0) { world in
      let desk = world.hosting.trackers
      let wrong = await #expect(throws: Problem.self) {
        try await desk.register(
          name: "t", baseURL: world.trackers[0].baseURL, token: "wrong", capacity: 1, by: world.actor)
      }
      #expect(wrong?.errors.map(\.field) == ["control_token"])
      let absent = await #expect(throws: Problem.self) {
        try await desk.register(
          name: "t", baseURL: "https://nobody.example.com", token: "x", capacity: 1, by: world.actor)
      }
      #expect(absent?.errors.map(\.field) == ["base_url"])
    }
  }

  @Test func aNewAddressNeedsTheTokenAgain() async throws {
    try await withHosting(registered: 1) { world in
      let vendor = try await world.server.vendor()
      let answer = try await vendor.patch("/api/trackers/1", json: ["base_url": .string(world.trackers[1].baseURL)])
      #expect(answer.status == 422 && answer.text.contains("control_token"))
      let changed = try await vendor.patch("/api/trackers/1", json: ["capacity": 7, "status": "draining"])
      #expect(changed.status == 200 && changed.json["capacity"] == 7 && changed.json["status"] == "draining")
    }
  }

  @Test func aTrackerWithTenantsStays() async throws {
    try await withHosting(registered: 1) { world in
      let tenant = try await world.tenant()
      let vendor = try await world.server.vendor()
      #expect(try await vendor.send("DELETE", "/api/trackers/1").status == 409)
      _ = try await world.hosting.tenants.delete(tenant.id, withExport: false, by: world.actor)
      _ = try await world.settle(tenant.id)
      #expect(try await vendor.send("DELETE", "/api/trackers/1").status == 409)
      _ = try await world.hosting.tenants.purge(tenant.id, by: world.actor)
      _ = try await world.settle(tenant.id)
      #expect(try await vendor.send("DELETE", "/api/trackers/1").status == 204)
      #expect(try await vendor.get("/api/tenants/\(tenant.id)").json["status"] == "purged")
    }
  }

  @Test func whatATrackerSaysIsNotTrusted() {
    let answers: [(Int, String, Bool)] = [
      (404, #"{"detail":"none"}"#, true), (409, #"{"title":"taken"}"#, true), (404, "<html>", false),
      (401, "{}", false), (500, "{}", false), (429, "{}", false), (302, "", false),
    ]
    for (status, body, isPermanent) in answers {
      let fault = TrackerFault(OutboundResponse(status: status, headers: [], body: Array(body.utf8)))
      #expect(fault.isPermanent == isPermanent, "\(status) \(body)")
    }
    #expect(TrackerReport(json: ["version": "1"]) == nil)
    #expect(TenantReport(json: []) == nil)
  }

  @Test func thePagesShowTrackersTenantsAndSteps() async throws {
    try await withHosting(registered: 1) { world in
      let browser = world.server.visitor
      _ = try await browser.post(
        "/admin/login", form: [("email", RunningServer.vendorEmail), ("password", RunningServer.vendorPassword)])
      #expect(try await browser.get("/admin/tenants").text.contains("No tenant is hosted yet."))
      let tenant = try await world.provision("acme")
      let waiting = try await browser.get("/admin/tenants/\(tenant.id)")
      #expect(waiting.header("Refresh") == "3" && waiting.text.contains("aria-current=\"step\""))
      #expect(waiting.text.contains("Choose a tracker") && waiting.text.contains("Give up and undo"))
      _ = try await world.settle(tenant.id)
      let page = try await browser.get("/admin/tenants/\(tenant.id)")
      #expect(page.header("Refresh") == nil && page.text.contains("https://acme.example.net/admin"))
      #expect(try await browser.get("/admin/tenants").text.contains(">acme<"))
      #expect(try await browser.get("/admin/trackers").text.contains("tracker 0"))
      let tracker = try await browser.get("/admin/trackers/1").text
      #expect(tracker.contains("••••ers!") && !tracker.contains(PretendTracker.token))
      let csrf = ("_csrf", try #require(try await browser.get("/admin/tenants/new").text.csrfToken))
      let wrong = try await browser.post(
        "/admin/tenants",
        form: [
          csrf, ("slug", "Not A Slug"), ("name", "x"), ("customer_email", "c@example.com"), ("plan", "pro"),
          ("domains", "a.example.org b_"), ("admin_email", "a@example.org"),
        ])
      #expect(
        wrong.status == 422 && wrong.text.contains("slug: must be") && wrong.text.contains("domains: b_ is no host"))
      let made = try await browser.post(
        "/admin/tenants",
        form: [
          csrf, ("slug", "beta"), ("name", "Beta"), ("customer_email", "c@example.com"), ("plan", "pro"),
          ("license_id", ""), ("domains", "beta.example.org, www.beta.example.org"), ("admin_email", "a@example.org"),
        ])
      #expect(made.status == 303)
      let vendor = try await world.server.vendor()
      let beta = try await vendor.get("/api/tenants?q=beta").json["items"]?.arrayValue ?? []
      #expect(beta.first?["domains"] == ["beta.example.org", "www.beta.example.org"])
    }
  }

  @Test func theAPIRefusesWhatIsTakenOrNotTheirs() async throws {
    try await withHosting(registered: 1) { world in
      let tenant = try await world.tenant()
      let vendor = try await world.server.vendor()
      let wanted: JSONObject = [
        "slug": "new", "name": "New", "customer_email": "owner@example.com", "plan": "pro",
        "domains": ["new.example.net"], "admin_email": "a@example.net",
      ]
      func status(_ changes: JSONObject) async throws -> (Int, [String]) {
        var body = wanted
        for member in changes.members { body[member.key] = member.value == .null ? nil : member.value }
        let answer = try await vendor.post("/api/tenants", json: .object(body))
        return (answer.status, answer.json["errors"]?.arrayValue?.compactMap { $0["field"]?.stringValue } ?? [])
      }
      #expect(try await status(["slug": "acme"]) == (409, ["slug"]))
      #expect(try await status(["domains": ["acme.example.net"]]) == (409, ["domains"]))
      #expect(try await status(["domains": []]) == (422, ["domains"]))
      #expect(try await status(["plan": "gold"]) == (422, ["plan"]))
      #expect(try await status(["plan": .null]) == (422, ["plan"]))
      #expect(try await status(["license_id": .int(tenant.licenseID)]).0 == 422)
      #expect(try await status(["plan": .null, "license_id": .int(tenant.licenseID)]) == (409, ["slug"]))
      let foreign = try await world.server.license("pro", ["customer_email": "else@example.com"])
      #expect(try await status(["plan": .null, "license_id": .int(foreign.id)]) == (422, ["license_id"]))
      #expect(try await status(["customer_email": .null, "customer_id": 999]).0 == 404)
      #expect(try await status([:]).0 == 202)
      #expect(try await vendor.post("/api/tenants/\(tenant.id)/purge", json: [:]).status == 409)
      #expect(try await vendor.post("/api/tenants/\(tenant.id)/turn-back", json: [:]).status == 409)
      #expect(try await vendor.get("/api/tenants/\(tenant.id)/archive").status == 409)
      #expect(try await vendor.get("/api/tenants/999/operations").status == 404)
    }
  }
}
