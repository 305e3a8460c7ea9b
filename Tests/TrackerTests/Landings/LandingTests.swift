import ClickPath
import Core
import Database
import Foundation
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct LandingTests {
  private func create(_ admin: TestHTTPClient, _ path: String, _ body: JSONValue) async throws -> JSONValue {
    let answer = try await admin.post("/admin/api/\(path)", json: body)
    try #require(answer.status == 201, "\(answer.text)")
    return answer.json
  }

  /// A campaign that shows this page on the dashboard's own host.
  private func campaign(_ admin: TestHTTPClient, html: String, protected: Bool = false) async throws -> Int64 {
    let landing = try await create(
      admin, "landings", ["name": "L", "kind": "local", "html": .string(html), "protected": .bool(protected)])
    let offer = try await create(admin, "offers", ["name": "O", "url": "https://o.example/", "currency": "USD"])
    let campaign = try await create(admin, "campaigns", ["name": "C", "slug": "c"])
    let id = try #require(landing["id"]?.intValue)
    _ = try await create(
      admin, "campaigns/\(campaign["id"]?.intValue ?? 0)/flows",
      [
        "name": "All", "type": "default", "weight": 100, "landings": [["id": .int(id), "weight": 1]],
        "offers": [["id": .optional(offer["id"]), "weight": 1]],
      ])
    return id
  }

  @Test func everyChangeOfTheHTMLIsAVersion() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let landing = try await create(admin, "landings", ["name": "L", "kind": "local", "html": "one"])
      let path = "/admin/api/landings/\(landing["id"]?.intValue ?? 0)"
      #expect(landing["versions"] == 1)
      #expect(try await admin.send("PATCH", path, json: ["notes": "x"]).json["versions"] == 1)
      #expect(try await admin.send("PATCH", path, json: ["html": "two"]).json["versions"] == 2)
      #expect(try await admin.send("PATCH", path, json: ["html": "two"]).json["versions"] == 2)
      let list = try await admin.get("\(path)/versions").json["items"]?.arrayValue ?? []
      #expect(list.map { $0["version"] } == [2, 1])
      #expect(list.allSatisfy { $0["made_by"] == .string(RunningTracker.adminEmail) && $0["html"] == nil })
      #expect(try await admin.get("\(path)/versions/1").json["html"] == "one")
      #expect(try await admin.get("\(path)/versions/3").status == 404)

      let restored = try await admin.post("\(path)/versions/1/restore", json: [:])
      #expect(restored.json["html"] == "one" && restored.json["versions"] == 3)
      #expect(try await admin.get("\(path)/versions/3").json["restored_version"] == 1)
    }
  }

  @Test func aPausedLandingIsNeverShown() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let id = try await campaign(admin, html: "<h1>hello</h1>")
      #expect(try await tracker.visitor.get("/c/c").text.contains("<h1>hello</h1>"))
      #expect(
        try await admin.send("PATCH", "/admin/api/landings/\(id)", json: ["status": "paused"]).json["status"]
          == "paused")
      #expect(try await !tracker.visitor.get("/c/c").text.contains("hello"))
    }
  }

  @Test func protectionNeedsItsLicence() async throws {
    try await withTracker(isLicensed: false) { tracker in
      let admin = try await tracker.admin()
      let body: JSONValue = ["name": "L", "kind": "local", "html": "x", "protected": true]
      let refused = try await admin.post("/admin/api/landings", json: body)
      #expect(refused.status == 402 && refused.json["code"] == "feature_not_licensed")
      try await tracker.license(users: nil)
      let made = try await admin.post("/admin/api/landings", json: body)
      #expect(made.status == 201 && made.json["protected"] == true)
    }
  }

  @Test func stepsAreKeptOnceAndShownWithTheirClick() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      _ = try await campaign(admin, html: "<h1>hello</h1>")
      let hit = try await tracker.visitor.get("/c/c")
      let click = try #require(hit.header("Set-Cookie")?.split(separator: "=").dropFirst().first?.prefix(36))
      let report = { (body: JSONValue) in try await tracker.visitor.post("/api/step", json: body) }
      let first = try await report(["click_id": .string(String(click)), "step": 1, "name": "Page view"])
      #expect(first.status == 204 && first.header("Access-Control-Allow-Origin") == "*")
      #expect(try await report(["click_id": .string(String(click)), "step": 1, "name": "again"]).status == 204)
      #expect(try await report(["click_id": .string(String(click)), "step": 3]).status == 204)
      #expect(
        try await report(["click_id": .string(UUIDv7(at: tracker.clock.now()).description), "step": 1]).status == 404)
      #expect(try await report(["click_id": "nothing of ours", "step": 1]).status == 404)
      for body in [
        ["click_id": .string(String(click)), "step": 0], ["click_id": .string(String(click)), "step": 101],
        ["step": 1],
        ["click_id": .string(String(click)), "step": 1, "name": .string(String(repeating: "x", count: 101))],
        ["click_id": .string(String(click)), "step": 1, "more": 1],
      ] as [JSONValue] { #expect(try await report(body).status == 422) }
      let long: JSONValue = [
        "click_id": .string(String(click)), "step": 2, "name": .string(String(repeating: "x", count: 3_000)),
      ]
      #expect(try await report(long).status == 413)
      let denied = try await tracker.visitor.post(
        "/api/denied", json: ["click_id": .string(String(click)), "signs": ["webdriver", "no_plugins", "unheard_of"]])
      #expect(denied.status == 204)
      let answer = try await admin.get("/admin/api/clicks/\(click)").json
      #expect(answer["steps"]?.arrayValue?.map { $0["step"] } == [1, 3])
      #expect(answer["steps"]?.arrayValue?.first?["name"] == "Page view")
      #expect(answer["denials"]?.arrayValue?.map { $0["sign"] } == ["no_plugins", "webdriver"])
      #expect(answer["denials"]?.arrayValue?.map { $0["strong"] } == [false, true])
    }
  }

  @Test func anAddressReportsSoOftenAndNoMore() async throws {
    try await withTracker { tracker in
      let body: JSONValue = ["click_id": .string(UUIDv7(at: tracker.clock.now()).description), "step": 1]
      var statuses: [Int: Int] = [:]
      for _ in 0...LandingService.reportsPerMinute {
        statuses[try await tracker.visitor.post("/api/step", json: body).status, default: 0] += 1
      }
      #expect(statuses == [404: LandingService.reportsPerMinute, 429: 1])
    }
  }

  @Test func anArchiveBecomesALandingWithItsFiles() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let archive = ZIPWriter.archive([
        .init("p/index.html", "<title>Quiz</title><img src=i.svg><iframe src=more.html></iframe>"),
        .init("p/i.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        .init("p/more.html", "<h1>more</h1>"), .init("p/a.js", "var a"),
      ])
      let send = {
        try await admin.send(
          "POST", "/admin/api/landings/import", headers: [("Content-Type", "application/zip")], body: archive)
      }
      let made = try await send()
      try #require(made.status == 201, "\(made.text)")
      let id = try #require(made.json["id"]?.intValue)
      #expect(made.json["name"] == "Quiz" && made.json["import"]?["state"] == "done")
      #expect(made.json["html"]?.stringValue?.contains("src=\"/lander/\(id)/1/p/i.svg\"") == true)

      let picture = try await tracker.visitor.get("/lander/\(id)/1/p/i.svg")
      #expect(picture.status == 200 && picture.header("Content-Type") == "image/svg+xml")
      #expect(picture.header("Content-Security-Policy")?.hasPrefix("sandbox; default-src 'none'") == true)
      #expect(picture.header("X-Content-Type-Options") == "nosniff")
      #expect(picture.header("Cache-Control") == "public, max-age=31536000, immutable")
      #expect(picture.header("Access-Control-Allow-Origin") == "*")
      let tag = try #require(picture.header("ETag"))
      let again = try await tracker.visitor.get("/lander/\(id)/1/p/i.svg", headers: [("If-None-Match", tag)])
      #expect(again.status == 304)
      let page = try await tracker.visitor.get("/lander/\(id)/1/p/more.html")
      #expect(page.header("Content-Security-Policy")?.hasPrefix("sandbox allow-scripts") == true)

      // The dashboard's own pages find no script here.
      let dashboard = [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Dest", "script")]
      #expect(try await tracker.visitor.get("/lander/\(id)/1/p/a.js", headers: dashboard).status == 404)
      #expect(try await tracker.visitor.get("/lander/\(id)/1/p/a.js").status == 200)

      for path in [
        "/lander/\(id)/2/p/i.svg", "/lander/\(id)/1/p/%2e%2e/p/i.svg", "/lander/\(id)/1/none", "/lander/x/1/a",
      ] {
        #expect([400, 404].contains(try await tracker.visitor.get(path).status), "\(path)")
      }
      let second = try await send()
      #expect(second.json["name"] == "Quiz", "names are for people")
    }
  }

  @Test func whatCannotBeImportedIsSaid() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let send = { (body: JSONValue) in try await admin.post("/admin/api/landings/import", json: body) }
      #expect(try await send(["html": "<p>a</p>", "name": "A"]).json["html"] == "<p>a</p>")
      #expect(try await send(["html": "<p>b</p>", "name": "A"]).status == 201, "names are for people")
      #expect(try await send([:]).status == 422)
      #expect(try await send(["url": "ftp://x.example/"]).status == 422)
      for url in [
        "http://127.0.0.1:\(tracker.port)/", "http://[::1]/", "http://169.254.169.254/latest", "http://0x7f.1/",
      ] {
        let answer = try await send(["url": .string(url)])
        #expect(answer.status == 422, "\(answer.text)")
        #expect(answer.text.contains("not on the public internet"), "\(answer.text)")
      }
      for (type, status) in [("application/zip", 422), ("text/csv", 415)] {
        let answer = try await admin.send(
          "POST", "/admin/api/landings/import", headers: [("Content-Type", type)], body: Array("no".utf8))
        #expect(answer.status == status)
      }
    }
  }
}
