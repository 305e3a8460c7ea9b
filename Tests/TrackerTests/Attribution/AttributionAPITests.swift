import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct AttributionAPITests {
  private static let paths = ["attribution", "attribution/journeys", "ab-test"]

  @Test func theyNeedTheirPlanAndAPageSaysWhich() async throws {
    try await withTracker(isLicensed: false) { tracker in
      let admin = try await tracker.admin()
      for path in Self.paths {
        let answer = try await admin.get("/admin/api/\(path)")
        #expect(answer.status == 402, "\(answer.text)")
        #expect(answer.json["code"] == "feature_not_licensed")
      }
    }
  }

  @Test func aRangeIsEnough() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let days = "from=2026-11-01&to=2026-11-08"
      let attribution = try await admin.get("/admin/api/attribution?\(days)")
      #expect(attribution.status == 200, "\(attribution.text)")
      #expect(attribution.json["rows"] == [])
      #expect(attribution.json["totals"]?["revenue"] == "0.00")
      #expect(try await admin.get("/admin/api/attribution/journeys?\(days)").json["items"] == [])
      #expect(try await admin.get("/admin/api/ab-test?\(days)").json["tests"] == [])
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      for (path, field) in [
        ("attribution?model=best", "model"), ("attribution?by=offer", "by"),
        ("attribution?lookback_days=0", "lookback_days"),
        ("attribution?half_life_days=x", "half_life_days"), ("attribution?touch_source_id=-1", "touch_source_id"),
        ("attribution?from=2026-11-08&to=2026-11-01", "from"), ("attribution?tz=Mars/Base", "tz"),
        ("attribution/journeys?cursor=x", "cursor"), ("ab-test?by=source", "by"), ("ab-test?effect=0", "effect"),
        ("ab-test?unknown=1", "unknown"), ("ab-test?from=2026-11-08&to=2026-11-01", "to"),
      ] {
        let answer = try await admin.get("/admin/api/\(path)")
        #expect(answer.status == 422, "\(path): \(answer.text)")
        #expect(answer.json["errors"]?.arrayValue?.contains { $0["field"] == .string(field) } == true, "\(answer.text)")
      }
      #expect(try await tracker.visitor.get("/admin/api/attribution").status == 401)
    }
  }
}
