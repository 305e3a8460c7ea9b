import ClickPath
import Core
import Database
import Logging
import Security
import TestSupport
import Testing
import Web

@testable import TenantTracker

extension AccessTests {
  /// What is configured is live when it is answered, and stays live whatever happens to the database.
  @Suite struct Configured {
    /// A request to a route; `{id}` is the thing the step before made.
    private struct Write {
      let method: RouteMethod
      let path: String
      var body: JSONValue = [:]
      /// Whose hosts are whose has a channel of its own.
      var channels = [ConfigurationWriter.channel]
    }

    private static func steps(_ ids: (campaign: Int64, offer: Int64, landing: Int64)) -> [Write] {
      let flow: JSONValue = [
        "name": "All", "type": "default", "weight": 100, "landings": [["id": .int(ids.landing), "weight": 1]],
        "offers": [["id": .int(ids.offer), "weight": 1]],
      ]
      return [
        Write(method: .post, path: "/campaigns", body: ["name": "C", "slug": "c"]),
        Write(method: .patch, path: "/campaigns/{id}", body: ["name": "C2"]),
        Write(method: .post, path: "/campaigns/{id}/clone"),
        Write(method: .delete, path: "/campaigns/{id}"),
        Write(method: .post, path: "/campaigns/{id}/restore"),
        Write(method: .post, path: "/offers", body: ["name": "O", "url": "https://o.example/", "currency": "USD"]),
        Write(method: .patch, path: "/offers/{id}", body: ["payout": "3.00"]),
        Write(method: .delete, path: "/offers/{id}"),
        Write(method: .post, path: "/offers/{id}/restore"),
        Write(method: .post, path: "/landings", body: ["name": "L", "kind": "url", "url": "https://l.example/"]),
        Write(method: .patch, path: "/landings/{id}", body: ["url": "https://m.example/"]),
        Write(method: .delete, path: "/landings/{id}"),
        Write(method: .post, path: "/landings/{id}/restore"),
        Write(method: .post, path: "/landings/import", body: ["html": "<p>x</p>", "name": "I"]),
        Write(method: .post, path: "/landings/{id}/versions/{version}/restore"),
        Write(method: .post, path: "/sources", body: ["name": "S"]),
        Write(method: .patch, path: "/sources/{id}", body: ["name": "S2"]),
        Write(method: .post, path: "/sources/{id}/clone"),
        Write(method: .delete, path: "/sources/{id}/warnings"),
        Write(method: .delete, path: "/sources/{id}"),
        Write(method: .post, path: "/sources/{id}/restore"),
        Write(method: .post, path: "/networks", body: ["name": "N"]),
        Write(method: .patch, path: "/networks/{id}", body: ["name": "N2"]),
        Write(method: .post, path: "/networks/{id}/postback-secret"),
        Write(method: .delete, path: "/networks/{id}/postback-secret"),
        Write(method: .delete, path: "/networks/{id}"),
        Write(method: .post, path: "/networks/{id}/restore"),
        Write(method: .post, path: "/domains", body: ["host": "track.example.com"]),
        Write(method: .patch, path: "/domains/{id}", body: ["host": "track.example.com"]),
        Write(method: .post, path: "/domains/{id}/verify", channels: [TenantDirectory.channel]),
        Write(
          method: .delete, path: "/domains/{id}", channels: [TenantDirectory.channel, ConfigurationWriter.channel]),
        Write(method: .post, path: "/campaigns/\(ids.campaign)/flows", body: flow),
        Write(method: .patch, path: "/flows/{id}", body: ["weight": 50]),
        Write(method: .post, path: "/flows/{id}/balance"),
        Write(method: .post, path: "/flows/{id}/clone"),
        Write(method: .post, path: "/flows/{id}/move", body: ["direction": "up"]),
        Write(method: .delete, path: "/flows/{id}"),
        Write(method: .post, path: "/import/sources", body: [["name": "Imported"]]),
        Write(method: .post, path: "/import/networks", body: [["name": "Imported"]]),
        Write(method: .post, path: "/import/offers", body: [["name": "Imported", "url": "https://i.example/"]]),
        Write(
          method: .post, path: "/import/landings",
          body: [["name": "Imported", "kind": "url", "url": "https://i.example/"]]),
        Write(method: .post, path: "/import/campaigns", body: [["name": "Imported", "slug": "imported"]]),
        Write(
          method: .post, path: "/import/flows",
          body: [["campaign": "imported", "name": "Imported", "type": "default", "weight": 100]]),
        Write(method: .post, path: "/import/all", body: ["sources": [["name": "Imported with others"]]]),
        Write(method: .patch, path: "/settings/general", body: ["currency": "EUR"]),
        Write(method: .post, path: "/blacklist/bulk", body: ["text": "203.0.113.0/24\n2001:db8::7"]),
        Write(method: .post, path: "/blacklist", body: ["range": "198.51.100.7"]),
        Write(method: .delete, path: "/blacklist/{id}"),
        Write(method: .patch, path: "/settings/blacklist", body: ["auto_hours": 48]),
        Write(method: .post, path: "/tracking-profiles", body: ["name": "Meta refresh", "redirect": "meta"]),
        Write(method: .patch, path: "/tracking-profiles/{id}", body: ["redirect": "307"]),
        Write(method: .delete, path: "/tracking-profiles/{id}"),
        Write(method: .post, path: "/publishers", body: ["name": "P"]),
        Write(method: .patch, path: "/publishers/{id}", body: ["name": "P2"]),
        Write(method: .delete, path: "/publishers/{id}"),
        Write(method: .post, path: "/commission-rules", body: ["name": "R", "model": "cpa", "amount": "1"]),
        Write(method: .patch, path: "/commission-rules/{id}", body: ["amount": "2"]),
        Write(method: .delete, path: "/commission-rules/{id}"),
        Write(method: .post, path: "/conversion-types", body: ["name": "trial"]),
        Write(method: .patch, path: "/conversion-types/{id}", body: ["counts_as_conversion": true]),
        Write(method: .delete, path: "/conversion-types/{id}"),
        Write(method: .post, path: "/approval-rules", body: ["approval": "manual"]),
        Write(method: .delete, path: "/approval-rules/{id}"),
      ]
    }

    private static let publicAddress = IPAddress(v4: 0xCB00_7107)

    @Test(.timeLimit(.minutes(5))) func everyWriteIsLiveWhenItIsAnsweredAndToldToTheOtherNodes() async throws {
      let dns = FakeDNS()
      try await withTracker(
        ["PUBLIC_URL": "http://\(Self.publicAddress)"], change: { ($0.dns, $0.certificates) = (dns.client, dns.probe) }
      ) { tracker in
        let admin = try await tracker.admin()
        func create(_ path: String, _ body: JSONValue) async throws -> Int64 {
          let answer = try await admin.post("/admin/api/\(path)", json: body)
          return try #require(answer.json["id"]?.intValue, "\(answer.text)")
        }
        let steps = Self.steps(
          (
            campaign: try await create("campaigns", ["name": "Kept", "slug": "kept"]),
            offer: try await create("offers", ["name": "Kept", "url": "https://k.example/", "currency": "USD"]),
            landing: try await create("landings", ["name": "Kept", "kind": "url", "url": "https://k.example/"])
          ))
        Self.expectAll(of: tracker.parts.adminAPI.table().routes, in: steps)
        let listener = NotificationListener(
          dsn: tracker.database.dsn, channels: [ConfigurationWriter.channel, TenantDirectory.channel], logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
          tasks.addTask { try await listener.run() }
          var news = listener.notifications.makeAsyncIterator()
          #expect(await news.next() == .reconnected)
          var id: Int64 = 0
          for step in steps {
            tracker.clock.advance(by: .seconds(1))
            let path = step.path.replacing("{id}", with: "\(id)").replacing("{version}", with: "1")
            let answer = try await admin.send(step.method.rawValue, "/admin/api\(path)", json: step.body)
            let what = "\(step.method.rawValue) \(step.path)"
            if step.path == "/domains" { dns.setUp(answer.json, at: "\(Self.publicAddress)") }
            #expect((200...204).contains(answer.status), "\(what): \(answer.text)")
            if step.channels.contains(ConfigurationWriter.channel) {
              #expect(tracker.parts.snapshots.current.takenAt == tracker.clock.now(), "\(what) is not live")
            }
            id = answer.json["id"]?.intValue ?? id
            for channel in step.channels {
              let payload = channel == ConfigurationWriter.channel ? "\(tracker.tenant.id)" : ""
              #expect(await news.next() == .message(.init(channel: channel, payload: payload)), "\(what)")
            }
          }
          tasks.cancelAll()
        }
      }
    }

    /// A route nobody has thought of fails here first.
    private static func expectAll(of routes: [RouteDescription], in steps: [Write]) {
      let sections: [Section] = [.campaigns, .flows, .offers, .landings, .sources, .networks, .domains, .settings]
      // The licence and the GeoIP files are no configuration of the click path's, nor is what becomes of conversions.
      let others = [
        "/license", "/settings/geoip", "/settings/currency-rates", "/settings/webhooks", "/deliveries", "/payouts",
        "/source-postbacks", "/sources/{id}/postbacks", "/networks/{id}/statuses", "/networks/postback-test",
        "/products",
      ]
      let writes = routes.filter { route in
        sections.contains { route.access == .write($0) } && !others.contains { route.path.contains($0) }
      }
      let walked = Set(steps.map { "\($0.method.rawValue) \($0.path.replacing(/[0-9]+/, with: "{id}"))" })
      #expect(Set(writes.map { "\($0.method.rawValue) \($0.path)" }) == walked)
    }

    @Test func aDomainIsTheTenantsFromItsVerificationToItsDeletion() async throws {
      let dns = FakeDNS()
      try await withTracker(
        ["PUBLIC_URL": "http://\(Self.publicAddress)"], change: { ($0.dns, $0.certificates) = (dns.client, dns.probe) }
      ) { tracker in
        let admin = try await tracker.admin()
        func isOurs() -> Bool { tracker.parts.snapshots.current.place(forHost: "track.example.com") != nil }
        let added = try await admin.post("/admin/api/domains", json: ["host": "track.example.com"])
        let path = "/admin/api/domains/\(added.json["id"]?.intValue ?? 0)"
        dns.setUp(added.json, at: "\(Self.publicAddress)")
        #expect(!isOurs())
        #expect(try await admin.post("\(path)/verify", json: [:]).json["status"] == "verified")
        try await eventually { isOurs() }
        #expect(try await admin.delete(path).status == 204)
        try await eventually { !isOurs() }
        #expect(try await tracker.tracker.catalog.domains().isEmpty)
      }
    }

    @Test func aSchemaThatIsBehindClosesTheDashboardAndNothingElse() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let offer = try await admin.post(
          "/admin/api/offers", json: ["name": "O", "url": "https://o.example/", "currency": "USD"])
        let campaign: JSONValue = ["name": "C", "slug": "c", "offer_id": .optional(offer.json["id"])]
        #expect(try await admin.post("/admin/api/campaigns", json: campaign).status == 201)
        #expect(try await tracker.visitor.get("/c/c").status == 302)

        let control = tracker.tracker.control
        try await control.execute(
          "DELETE FROM control.schema_version WHERE target = \(tracker.tenant.schema.description) AND version = 3")
        try await tracker.parts.snapshots.reload()
        let answer = try await admin.get("/admin/api/campaigns")
        #expect(answer.status == 503 && answer.header("Retry-After") != nil)
        #expect(try await tracker.visitor.get("/admin/login").status == 503)
        let hit = try await tracker.visitor.get("/c/c")
        #expect(hit.status == 302 && hit.header("Set-Cookie")?.hasPrefix("_tly_click=") == true)
      }
    }
  }
}
