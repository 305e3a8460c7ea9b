import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct WebhooksAPITests {
  private static let path = "/admin/api/settings/webhooks"

  @Test func secretsAreSetShownByTheirEndsAndRemoved() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let secret = "whsec_0123456789abcdef"
      #expect(try await tracker.visitor.post("/webhook/stripe", json: [:]).status == 401)
      let put = try await admin.send("PUT", "\(Self.path)/stripe", json: ["secrets": [.string(secret), "short"]])
      #expect(put.status == 200, "\(put.text)")
      let shop = { (answer: TestHTTPAnswer, name: JSONValue) in
        answer.json["shops"]?.arrayValue?.first { $0["shop"] == name }
      }
      #expect(shop(put, "stripe")?["secrets"] == [["last_four": "cdef"], ["last_four": nil]])
      #expect(shop(put, "shopify")?["is_open"] == true)
      #expect(shop(put, "stripe")?["last_event"]?["outcome"] == "unauthorized")
      #expect(!put.text.contains("0123456789"))
      let stored = try await tracker.scope.one(
        "SELECT value::text AS value FROM \(try tracker.scope.schema).settings WHERE key = 'webhooks'")
      #expect(try !stored.get("value", as: String.self).contains("0123456789"))
      #expect(try await admin.get("/admin/api/audit-log").text.contains("0123456789") == false)
      let removed = try await admin.send("PUT", "\(Self.path)/stripe", json: ["secrets": []])
      #expect(shop(removed, "stripe")?["secrets"] == [])
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      for (method, path, body, status) in [
        ("PUT", "\(Self.path)/stripe", [:], 422), ("PUT", "\(Self.path)/stripe", ["secrets": ["a b"]], 422),
        ("PUT", "\(Self.path)/paypal", ["secrets": []], 404), ("PATCH", Self.path, ["address_hours": 721], 422),
        ("PATCH", Self.path, ["address_hours": 0], 200),
        ("POST", "\(Self.path)/shopify/test", ["click_id": "nonsense"], 422),
      ] as [(String, String, JSONValue, Int)] {
        let answer = try await admin.send(method, path, json: body)
        #expect(answer.status == status, "\(method) \(path) \(answer.text)")
      }
      #expect(try await tracker.visitor.get(Self.path).status == 401)
    }
  }

  @Test func aTestTellsWhatIsMissing() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let without = try await admin.post("\(Self.path)/stripe/test", json: [:])
      #expect(without.json["ok"] == false)
      _ = try await admin.send("PUT", "\(Self.path)/stripe", json: ["secrets": ["whsec_0123456789abcdef"]])
      for shop in ["shopify", "woocommerce", "stripe"] {
        #expect(try await admin.post("\(Self.path)/\(shop)/test", json: [:]).json["ok"] == true, "\(shop)")
        let unknown = try await admin.post(
          "\(Self.path)/\(shop)/test", json: ["click_id": "01a1fe5d-95e3-756e-a249-8e546fd35695"])
        #expect(unknown.json["ok"] == false)
      }
    }
  }

  @Test func anOpenShopifyOrderComesIn() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let order: JSONValue = ["id": 1, "total_price": "5.00", "currency": "USD"]
      #expect(try await tracker.visitor.post("/webhook/shopify", json: order).status == 200)
      _ = try await admin.send("PUT", "\(Self.path)/shopify", json: ["secrets": ["hush-hush-hush"]])
      #expect(try await tracker.visitor.post("/webhook/shopify", json: order).status == 401)
      #expect(try await tracker.visitor.post("/webhook/shopify?key=hush-hush-hush", json: order).status == 200)
      #expect(try await tracker.visitor.get("/webhook/shopify").status == 405)
    }
  }
}
