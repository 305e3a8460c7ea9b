import Core
import TestSupport
import Testing

@testable import LicenseServer

/// Finding licences among many: search, filters, orders, pages.
@Suite struct LicenseSearchTests {
  private func ids(_ server: RunningServer, _ query: String) async throws -> [Int64] {
    let page = try await server.vendor().get("/api/licenses?\(query)")
    try #require(page.status == 200, "\(query): \(page.text)")
    return page.json["items"]?.arrayValue?.compactMap { $0["id"]?.intValue } ?? []
  }

  @Test func aLicenceIsFoundByAddressKeyNoteTagAndHost() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let (wanted, other) = (
        try await server.license(), try await server.license("pro", ["customer_email": "x@y.example"])
      )
      _ = try await server.activate(wanted.key)
      #expect(
        try await vendor.post("/api/licenses/\(wanted.id)/notes", json: ["body": "Asked for a 20% rebate"]).status
          == 201)
      #expect(try await vendor.send("PUT", "/api/licenses/\(wanted.id)/tags/VIP").json["tags"] == ["vip"])
      for text in ["customer@exam", String(wanted.key.suffix(4)), "20%25%20rebate", "vip", "tracker-1"] {
        #expect(try await ids(server, "q=\(text)") == [wanted.id], "\(text)")
      }
      #expect(try await ids(server, "q=nothing-of-that") == [])
      #expect(try await ids(server, "tag=vip") == [wanted.id])
      #expect(try await ids(server, "customer_email=x@y.example") == [other.id])
      #expect(try await vendor.send("DELETE", "/api/licenses/\(wanted.id)/tags/vip").json["tags"] == [])
      #expect(try await ids(server, "tag=vip") == [])
    }
  }

  @Test func filtersSayWhatNeedsAttention() async throws {
    try await withServer { server in
      let now = server.clock.now()
      let soon = try await server.license("pro", ["expires_at": JSONValue(now + .days(5))])
      let later = try await server.license("pro", ["expires_at": JSONValue(now + .days(50))])
      let crowded = try await server.license("starter")
      _ = try await server.activate(crowded.key)
      _ = try await server.heartbeat(crowded.key, sequence: 1, users: 4)
      #expect(try await ids(server, "expiring_within_days=7") == [soon.id])
      #expect(try await ids(server, "expiring_within_days=60") == [later.id, soon.id])
      #expect(try await ids(server, "over_limit=true") == [crowded.id])
      #expect(try await ids(server, "clone_suspected=true") == [])
      #expect(try await ids(server, "clone_suspected=false&over_limit=false") == [later.id, soon.id])
      let vendor = try await server.vendor()
      _ = try await vendor.patch("/api/licenses/\(crowded.id)", json: ["overrides": ["extra_users": 3]])
      #expect(try await ids(server, "over_limit=true") == [])
      for query in ["expiring_within_days=0", "over_limit=maybe", "status=late", "sort=password", "customer_id=x"] {
        #expect(try await vendor.get("/api/licenses?\(query)").status == 422, "\(query)")
      }
    }
  }

  @Test func everyOrderGoesThroughAllPagesOnceEach() async throws {
    try await withServer { server in
      let now = server.clock.now()
      for number in 0..<7 {
        var more: JSONObject = ["customer_email": .string("c\(number % 3)@shop\(number).example")]
        if number != 4 { more["expires_at"] = JSONValue(now + .days(Int64(40 - number / 2))) }
        _ = try await server.license(["starter", "pro", "enterprise"][number % 3], more)
      }
      let vendor = try await server.vendor()
      for order in ["id", "-id", "plan", "-plan", "expires_at", "-expires_at", "customer_email", "-customer_email"] {
        var seen: [Int64] = []
        var cursor: String?
        repeat {
          let page = try await vendor.get(
            "/api/licenses?limit=3&sort=\(order)\(cursor.map { "&cursor=\($0)" } ?? "")"
          ).json
          #expect(page["total"] == 7)
          seen += page["items"]?.arrayValue?.compactMap { $0["id"]?.intValue } ?? []
          cursor = page["next_cursor"]?.stringValue
        } while cursor != nil
        #expect(seen.count == 7 && Set(seen).count == 7, "\(order): \(seen)")
        #expect(try await ids(server, "sort=\(order)") == seen, "\(order)")
      }
      let forward = try await vendor.get("/api/licenses?limit=3&sort=plan").json["next_cursor"]?.stringValue ?? ""
      #expect(try await vendor.get("/api/licenses?sort=-plan&cursor=\(forward)").status == 422)
      #expect(try await vendor.get("/api/licenses?sort=plan&cursor=garbage").status == 422)
    }
  }

  @Test func thePageOfTheListAndOfALicenceShowIt() async throws {
    try await withServer { server in
      let license = try await server.license()
      _ = try await server.activate(license.key)
      let staff = try await server.staffBrowser()
      let list = try await staff.get("/admin/licenses?q=customer&sort=expires_at&status=active")
      #expect(list.status == 200 && list.text.contains("customer@example.com"))
      let page = try await staff.get("/admin/licenses/\(license.id)")
      #expect(page.status == 200 && page.text.contains("tracker-1") && page.text.contains("Activated"))
      for path in ["/admin/licenses/\(license.id)/history", "/admin/instances", "/admin/clone-alarms"] {
        #expect(try await staff.get(path).status == 200, "\(path)")
      }
      #expect(try await staff.get("/admin/licenses?q=nobody").text.contains("No licence fits"))
    }
  }
}
