import Core
import Web

/// A log as a CSV file, written while it is read: what its filters show, from its newer end on.
enum LogExport {
  /// Rows of a file. Who wants more asks for fewer days at a time.
  static let limit = 1_000_000
  /// Read at once.
  static let pageSize = 500

  /// Some of the log, and where it goes on.
  struct Part: Sendable {
    let rows: [JSONObject]
    let next: UUIDv7?
  }

  /// - Parameters:
  ///   - name: `clicks`
  ///   - sample: one that has every field, for the head of a file without rows.
  ///   - read: up to ``pageSize`` rows after an id. What makes it fail on the first call is the answer.
  static func reply(
    _ name: String, day: String, sample: JSONObject, read: @escaping @Sendable (UUIDv7?) async throws -> Part
  ) async throws -> Reply {
    let first = try await read(nil)
    return .stream(type: .csv, filename: "trackily-\(name)-\(day).csv") { writer in
      try await writer.write(CSVCell.line(sample.members.map { .number($0.key) }))
      var (part, left) = (first, limit)
      while true {
        let rows = part.rows.prefix(left)
        if !rows.isEmpty {
          try await writer.write(rows.map { CSVCell.line($0.members.map { CSVCell($0.value) }) }.joined())
        }
        left -= rows.count
        guard left > 0, let next = part.next else { return }
        part = try await read(next)
      }
    }
  }

  /// What the page shows as a file: with all its filters, those of the API that the page has no field for, too.
  static func link(_ call: TrackerCall, path: String) -> HTML {
    let kept = call.head.queryItems.filter { !["cursor", "limit"].contains($0.name) }
    return "<a class=\"btn\" href=\"\(href: PageAddress("\(path)/export", kept).description)\">CSV</a>"
  }
}
