import Core
import Database
import Web

/// The audit log as CSV (RFC 4180), the oldest entry first, read and sent piece by piece.
struct AuditCSV: Sendable {
  let database: ConnectionPool
  let filter: AuditFilter

  private static let pieceSize = 1_000

  var reply: Reply {
    .stream(type: .csv, filename: "audit-log.csv") { writer in
      try await writer.write(Self.line(["seq", "at", "actor", "action", "subject", "address", "before", "after"]))
      var after: Int64 = 0
      while true {
        let records = try await AuditStore(database).entries(after: after, filter, limit: Self.pieceSize)
        guard let last = records.last else { return }
        try await writer.write(records.map(Self.line).joined())
        after = last.sequence
      }
    }
  }

  private static func line(_ record: AuditRecord) -> String {
    line([
      String(record.sequence), record.at.rfc3339, record.actor, record.entry.action, record.entry.subject,
      record.address?.description ?? "", record.entry.before.isNull ? "" : record.entry.before.text,
      record.entry.after.isNull ? "" : record.entry.after.text,
    ])
  }

  private static func line(_ cells: [String]) -> String { CSVCell.line(cells.map(CSVCell.text)) }
}
