import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct PersonalAPITests {
  private static let reports = "/admin/api/reports"
  private static let columns = "/admin/api/report-columns"

  @Test func aReportIsKeptChangedAndDeleted() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let made = try await admin.post(
        Self.reports, json: ["name": "US push", "query": "?filter[country]=US&group_by=campaign&period=7d"])
      #expect(made.status == 201, "\(made.text)")
      #expect(made.json["query"] == "group_by=campaign&period=7d&filter%5Bcountry%5D=US")
      #expect(made.json["shared"] == false && made.json["owner"] == .string(RunningTracker.adminEmail))
      let path = "\(Self.reports)/\(made.json["id"]?.intValue ?? 0)"
      #expect(made.header("Location") == path)
      let renamed = try await admin.patch(path, json: ["name": "US", "shared": true])
      #expect(renamed.json["name"] == "US" && renamed.json["query"] == made.json["query"])
      #expect(try await admin.get(path).json == renamed.json)
      #expect(try await admin.get(Self.reports).json["items"] == [renamed.json])
      #expect(try await admin.delete(path).status == 204)
      #expect(try await admin.get(path).status == 404)
      let audit = try await admin.get("/admin/api/audit-log").json["items"]?.arrayValue ?? []
      #expect(
        audit.prefix(3).map { $0["action"] } == ["saved_report.delete", "saved_report.update", "saved_report.create"])
    }
  }

  @Test func whatCanNotBeKept() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let wrong: [(String, JSONValue)] = [
        (Self.reports, ["name": "", "query": "group_by=campaign"]), (Self.reports, ["name": "A"]),
        (Self.reports, ["name": "A", "query": "group_by=colour"]), (Self.reports, ["name": "A", "query": "tz=Mars"]),
        (Self.reports, ["name": "A", "query": "group_by=os", "colour": "red"]),
        (Self.columns, ["name": "A", "metrics": []]), (Self.columns, ["name": "A", "metrics": ["luck"]]),
        (Self.columns, ["name": "A", "metrics": ["clicks", "clicks"]]), (Self.columns, ["name": "A"]),
      ]
      for (path, body) in wrong { #expect(try await admin.post(path, json: body).status == 422, "\(body)") }
      let body: JSONValue = ["name": "Mine", "metrics": ["clicks", "roas"]]
      #expect(try await admin.post(Self.columns, json: body).status == 201)
      let again = try await admin.post(Self.columns, json: ["name": "mine", "metrics": ["clicks"]])
      #expect(again.status == 409 && again.json["errors"]?.arrayValue?.first?["field"] == "name")
    }
  }

  @Test func everybodyHasTheirOwnAndSeesWhatIsShared() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      try await tracker.addUser("viewer@example.com", .viewer, by: admin)
      let viewer = try await tracker.signedIn("viewer@example.com")
      let body: JSONValue = ["name": "Mine", "metrics": ["clicks"]]
      let own = try await viewer.post(Self.columns, json: body)
      #expect(own.status == 201)
      // Sharing puts something on everybody's page: that needs write access.
      #expect(
        try await viewer.patch("\(Self.columns)/\(own.json["id"]?.intValue ?? 0)", json: ["shared": true]).status == 403
      )
      let hidden = try await admin.post(Self.columns, json: body)
      let shared = try await admin.post(
        Self.columns, json: ["name": "Team", "metrics": ["roas"], "shared": true])
      let names = { (client: TestHTTPClient) in
        try await client.get(Self.columns).json["items"]?.arrayValue?.map { $0["id"] } ?? []
      }
      #expect(try await names(viewer) == [shared.json["id"], own.json["id"]])
      #expect(try await names(admin) == [shared.json["id"], hidden.json["id"]])
      let path = { (item: TestHTTPAnswer) in "\(Self.columns)/\(item.json["id"]?.intValue ?? 0)" }
      #expect(try await viewer.get(path(hidden)).status == 404)
      #expect(try await viewer.get(path(shared)).status == 200)
      #expect(try await viewer.patch(path(shared), json: ["name": "Taken"]).status == 409)
      #expect(try await viewer.delete(path(shared)).status == 409)
      #expect(try await viewer.delete(path(hidden)).status == 404)
    }
  }

  @Test func onlyOneIsTheStandard() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let first = try await admin.post(
        Self.columns, json: ["name": "A", "metrics": ["clicks"], "standard": true])
      let second = try await admin.post(
        Self.columns, json: ["name": "B", "metrics": ["roas"], "standard": true])
      #expect(first.json["standard"] == true && second.json["standard"] == true)
      let items = try await admin.get("\(Self.columns)?sort=id").json["items"]?.arrayValue ?? []
      #expect(items.map { $0["standard"] } == [false, true])
    }
  }
}
