import Core
import Web

/// A CSV file of one type: its columns are the fields, lists and objects stand as JSON in their cells.
struct ImportTable {
  let bytes: [UInt8]
  let type: PortType

  /// Throws 400 for what is no CSV, 413 for too many rows, 422 for columns that are not the type's.
  func content() throws(Problem) -> ImportContent {
    let rows = try rows()
    guard let first = rows.first else {
      throw .invalid("file", "required", "has no rows: the first one must name the columns")
    }
    try ImportFile.checkCount(rows.count - 1)
    let header = CSVHeader(first)
    if type == .offers, let table = KeitaroOffers(header) {
      try checkColumns(header, hasNames: table.hasNames, unknown: [])
      return ImportContent(entries: rows.dropFirst().map(table.entry), notes: table.notes)
    }
    let format = type.format
    try checkColumns(
      header, hasNames: header.column("name") != nil || header.column("id") != nil,
      unknown: header.names.filter { format.column($0.lowercased()) == nil && !$0.isEmpty }.filter {
        !format.readOnly.contains($0.lowercased())
      })
    let columns = format.columns.compactMap { column in header.column(column.name).map { (column, $0) } }
    return ImportContent(entries: rows.dropFirst().map { entry(of: $0, header, columns) })
  }

  /// All rows, and one more than there may be.
  private func rows() throws(Problem) -> [CSVRow] {
    do throws(CSVFault) {
      return try read()
    } catch {
      throw Self.problem(for: error, in: bytes)
    }
  }

  private func read() throws(CSVFault) -> [CSVRow] {
    var reader = CSVReader(bytes)
    var rows: [CSVRow] = []
    while rows.count <= ImportFile.rowLimit + 1, let row = try reader.next() { rows.append(row) }
    return rows
  }

  private static func problem(for fault: CSVFault, in bytes: [UInt8]) -> Problem {
    if case .notUTF8(let offset) = fault.reason {
      return ImportFileFault(offset: offset, reason: "not UTF-8; save the file as CSV UTF-8").problem(
        in: bytes, code: "malformed_csv")
    }
    return Problem(
      status: 400, code: "malformed_csv", title: "The file can't be read",
      detail: "The row at line \(fault.line) \(fault).", extra: ["line": .int(fault.line)])
  }

  private func checkColumns(_ header: CSVHeader, hasNames: Bool, unknown: [String]) throws(Problem) {
    let known = type.format.columns.map(\.name).joined(separator: ", ")
    var faults = unknown.map { name in
      Problem.FieldFault(
        field: String(name.prefix(100)), code: "unknown_column",
        message: "is no column of \(type.title.lowercased()); there are \(known)")
    }
    faults += header.duplicates.map { name in
      .init(field: String(name.prefix(100)), code: "duplicate_column", message: "is the name of more than one column")
    }
    if !hasNames {
      faults.append(
        .init(field: "name", code: "missing_column", message: "is missing: the first row names the columns"))
    }
    guard faults.isEmpty else { throw .validation(Array(faults.prefix(100))) }
  }

  // Cells

  private func entry(
    of row: CSVRow, _ header: CSVHeader, _ columns: [(column: PortFormat.Column, place: Int)]
  ) -> ImportEntry {
    var entry = ImportEntry(type: type, place: .line(row.line), object: [:])
    for (column, place) in columns {
      let text = row.exactText(place)
      guard let value = Self.value(of: text, column.kind) else {
        let example = column.name == "allowed_addresses" || column.name == "external_ids" ? "[\"a\"]" : "[{…}] or {…}"
        entry.faults.append(
          .init(field: column.name, code: "json", message: "must be JSON such as \(example), or empty"))
        continue
      }
      entry.object[column.name] = value
    }
    // Nothing and an empty page look alike in a cell.
    if type == .landings, entry.object["kind"] == "local", entry.object["html"] == .null { entry.object["html"] = "" }
    if row.cells.dropFirst(header.names.count).contains(where: { !$0.isEmpty }) {
      entry.faults.append(
        .init(field: "row", code: "cells", message: "must have \(header.names.count) cells as the first row has"))
    }
    return entry
  }

  /// What the API would be sent; nil for text that is no JSON where it must be.
  static func value(of text: String, _ kind: PortFormat.Column.Kind) -> JSONValue? {
    let bare = text.trimmed
    guard !bare.isEmpty else { return kind == .text && !text.isEmpty ? .string(text) : .null }
    switch kind {
    case .text: return .string(text)
    case .number: return Int64(bare).map { .int($0) } ?? .string(bare)
    case .flag:
      switch bare.lowercased() {
      case "true", "yes", "1": return true
      case "false", "no", "0": return false
      default: return .string(bare)
      }
    case .json: return try? JSONValue.parse(bare)
    }
  }
}
