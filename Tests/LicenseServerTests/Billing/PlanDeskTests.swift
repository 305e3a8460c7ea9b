import Core
import Database
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct PlanDeskTests {
  private func pro(_ server: RunningServer) async throws -> Int64 {
    let plans = try await server.vendor().get("/api/plans").json["items"]?.arrayValue ?? []
    let plan = try #require(plans.first { $0["code"] == "pro" })
    return try #require(plan["id"]?.intValue)
  }

  @Test func aNewPriceIsForNewSubscriptionsOnly() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      func order(_ email: String) async throws -> JSONValue? {
        let answer = try await server.visitor.post(
          "/api/orders", json: ["plan": "pro", "interval": "month", "currency": "USD", "email": .string(email)])
        try #require(answer.status == 201, "\(answer.text)")
        return answer.json["invoice"]?["total"]
      }
      #expect(try await order("first@example.com") == "79.00")
      let id = try await pro(server)
      let set = try await vendor.send(
        "PUT", "/api/plans/\(id)/prices", json: ["interval": "month", "currency": "USD", "amount": "89.00"])
      #expect(set.status == 200, "\(set.text)")
      #expect(try await order("second@example.com") == "89.00")
      let first = try #require(EmailAddress("first@example.com"))
      let kept: Int64? = try await server.plane.database.scalar(
        """
        SELECT p.amount FROM license.subscriptions s JOIN license.prices p ON p.id = s.price_id
        JOIN license.customers c ON c.id = s.customer_id WHERE c.email = \(first)
        """)
      #expect(kept == 7_900, "what was sold keeps its price")

      let withdrawn = try await vendor.send(
        "PUT", "/api/plans/\(id)/prices", json: ["interval": "month", "currency": "USD", "amount": nil])
      #expect(withdrawn.status == 200, "\(withdrawn.text)")
      let refused = try await server.visitor.post(
        "/api/orders", json: ["plan": "pro", "interval": "month", "currency": "USD", "email": "third@example.com"])
      #expect((400..<500).contains(refused.status), "\(refused.text)")
    }
  }

  @Test func licencesFollowTheirPlan() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let license = try await server.license("pro")
      let id = try await pro(server)
      let changed = try await vendor.patch(
        "/api/plans/\(id)", json: ["users": 7, "features": ["white_label", "anti_fraud"]])
      #expect(changed.json["features"] == ["anti_fraud", "white_label"] && changed.status == 200, "\(changed.text)")
      server.clock.advance(by: .minutes(2))
      let valid = try await server.visitor.post(
        "/api/v1/licenses/validate", json: ["license_key": .string(license.key)])
      #expect(valid.json["license"]?["limits"]?["users"] == 7, "\(valid.text)")
      #expect(valid.json["license"]?["features"] == ["anti_fraud", "white_label"])
    }
  }

  @Test func aNewPlanIsSoldOnceItHasAPrice() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let plan: JSONValue = ["code": "team", "name": "Team", "rank": 25, "users": 20, "features": ["ab_testing"]]
      let made = try await vendor.post("/api/plans", json: plan)
      #expect(made.status == 201 && made.json["limits"]?["users"] == 20, "\(made.text)")
      #expect(try await vendor.post("/api/plans", json: plan).status == 409)
      let id = try #require(made.json["id"]?.intValue)
      let set = try await vendor.send(
        "PUT", "/api/plans/\(id)/prices", json: ["interval": "year", "currency": "EUR", "amount": "990.00"])
      #expect(set.status == 200, "\(set.text)")
      let order = try await server.visitor.post(
        "/api/orders", json: ["plan": "team", "interval": "year", "currency": "EUR", "email": "a@example.com"])
      #expect(order.json["invoice"]?["total"] == "990.00", "\(order.text)")
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let id = try await pro(server)
      let unknown = try await vendor.patch("/api/plans/\(id)", json: ["features": ["time_travel"], "users": 0])
      #expect(unknown.status == 422 && unknown.text.contains("time_travel") && unknown.text.contains("users"))
      let free = try await vendor.send(
        "PUT", "/api/plans/\(id)/prices", json: ["interval": "month", "currency": "USD", "amount": "0.00"])
      #expect(free.status == 422, "\(free.text)")
      #expect(try await vendor.patch("/api/plans/999", json: ["name": "X"]).status == 404)
    }
  }
}
