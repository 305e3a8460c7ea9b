import Core
import HTTPTypes
import Web

/// An export as a file to save: written while it is read, however much there is.
struct ExportFile: Sendable {
  enum Format: String, Sendable, CaseIterable { case csv, json }

  let exporter: Exporter
  /// In the file's name: `2026-11-21`.
  let day: String

  /// - Parameter total: how many there are, for who shows the download's progress.
  func reply(_ type: PortType, _ format: Format, total: Int64) -> Reply {
    let name = "trackily-\(type.rawValue)-\(day).\(format.rawValue)"
    var reply: Reply =
      switch format {
      case .json: .stream(type: .json, filename: name) { try await list(type, $0, end: "\n") }
      case .csv: .stream(type: .csv, filename: name) { try await table(type, $0) }
      }
    reply.addTotal(total)
    return reply
  }

  /// All of these kinds in one JSON document.
  func reply(_ types: [PortType], total: Int64) -> Reply {
    var reply = Reply.stream(type: .json, filename: "trackily-\(PortType.everything)-\(day).json") { writer in
      for (index, type) in types.enumerated() {
        try await writer.write("\(index == 0 ? "{" : ",")\n\"\(type.rawValue)\":")
        try await list(type, writer, end: "")
      }
      try await writer.write("\n}\n")
    }
    reply.addTotal(total)
    return reply
  }

  private func list(_ type: PortType, _ writer: ReplyWriter, end: String) async throws {
    try await writer.write("[")
    var isFirst = true
    try await exporter.each(type) { objects in
      guard !objects.isEmpty else { return }
      let lines = objects.map { "\n\(JSONValue.object($0).text)" }.joined(separator: ",")
      try await writer.write(isFirst ? lines : ",\(lines)")
      isFirst = false
    }
    try await writer.write("\n]\(end)")
  }

  private func table(_ type: PortType, _ writer: ReplyWriter) async throws {
    try await writer.write(CSVCell.line(type.format.columns.map { .number($0.name) }))
    try await exporter.each(type) { objects in
      guard !objects.isEmpty else { return }
      try await writer.write(objects.map { CSVCell.line($0.members.map { CSVCell($0.value) }) }.joined())
    }
  }
}

extension Reply {
  fileprivate mutating func addTotal(_ total: Int64) {
    if let name = HTTPField.Name("X-Total-Count") { fields[name] = "\(total)" }
  }
}
