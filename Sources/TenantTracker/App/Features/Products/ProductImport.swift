import Core
import Web

/// A CSV file of products, read and checked against the catalogue: what it would change, and what is wrong with it. A file
/// with a fault changes nothing.
struct ProductImport: Sendable {
  enum Effect: String, Sendable, CaseIterable { case created, updated, unchanged }

  struct Change: Sendable {
    let line: Int
    let effect: Effect
    let draft: Product.Draft
    /// Of the product in the catalogue that has the SKU.
    let id: Int64?
  }

  private(set) var changes: [Change] = []
  private(set) var faults: [Problem.FieldFault] = []
  /// Those beyond ``faultLimit`` too.
  private(set) var faultCount = 0
  /// Lines with a fault.
  private(set) var refused = 0
  private(set) var ignoredColumns: [String] = []

  static let byteLimit = 4 << 20
  static let rowLimit = 20_000
  /// Faults that are told; further ones are counted.
  static let faultLimit = 100
  /// Changes that an answer lists.
  static let shownLimit = 200

  func count(_ effect: Effect) -> Int { changes.count { $0.effect == effect } }

  init() {}

  /// - Parameter known: products in use by SKU.
  init(_ file: ProductFile, known: [String: Product], defaults: TenantDefaults) throws {
    faults = file.faults
    faultCount = file.faults.count
    ignoredColumns = file.places?.ignored ?? []
    guard let places = file.places, places.missing.isEmpty else { return }
    var lines: [String: Int] = [:]
    for row in file.rows {
      let body = places.body(of: row)
      let product = known[body["sku"]?.stringValue ?? ""]
      var fields = try FieldReader(.object(body), path: "lines[\(row.line)]")
      let draft = try Product.read(&fields, current: product?.draft, defaults: defaults)
      if let sku = draft?.sku, !sku.isEmpty, let first = lines.updateValue(row.line, forKey: sku) {
        fields.fault("sku", "duplicate", "is that of line \(first), too")
      }
      let wrong = fields.faults
      guard let draft, wrong.isEmpty else {
        refuse(row, wrong)
        continue
      }
      let effect: Effect = product.map { $0.draft == draft ? .unchanged : .updated } ?? .created
      changes.append(Change(line: row.line, effect: effect, draft: draft, id: product?.id))
    }
  }

  private mutating func refuse(_ row: CSVRow, _ wrong: [Problem.FieldFault]) {
    refused += 1
    faultCount += wrong.count
    for fault in wrong.prefix(max(0, Self.faultLimit - faults.count)) {
      let field = fault.field.split(separator: ".").last.map(String.init) ?? fault.field
      faults.append(
        .init(field: fault.field, code: fault.code, message: "Line \(row.line): \(field) \(fault.message)"))
    }
  }

  /// 422 with every fault that is told.
  var problem: Problem? {
    guard faultCount > 0 else { return nil }
    var problem = Problem.validation(faults)
    problem.detail = "\(faultCount == 1 ? "1 fault" : "\(faultCount) faults") in the file; nothing was changed."
    return problem
  }

  func json(applied: Bool) -> JSONValue {
    [
      "applied": .bool(applied), "created": .int(count(.created)), "updated": .int(count(.updated)),
      "unchanged": .int(count(.unchanged)), "refused": .int(refused),
      "ignored_columns": JSONValue(ignoredColumns), "fault_count": .int(faultCount),
      "faults": .array(
        faults.map { ["field": .string($0.field), "code": .string($0.code), "message": .string($0.message)] }),
      "lines": .array(
        changes.prefix(Self.shownLimit).map { change in
          [
            "line": .int(change.line), "effect": .string(change.effect.rawValue), "sku": .string(change.draft.sku),
            "name": .string(change.draft.name),
          ]
        }),
    ]
  }

  static let schema = Schema.object([
    .required("applied", .boolean), .required("created", .integer), .required("updated", .integer),
    .required("unchanged", .integer), .required("refused", .integer),
    .required("ignored_columns", .array(.string)), .required("fault_count", .integer),
    .required(
      "faults",
      Schema.array(
        .object([.required("field", .string), .required("code", .string), .required("message", .string)])
      ).described("The first \(faultLimit).")),
    .required(
      "lines",
      Schema.array(
        .object([
          .required("line", .integer), .required("effect", .choice(Effect.allCases.map(\.rawValue))),
          .required("sku", .string), .required("name", .string),
        ])
      ).described("The first \(shownLimit).")),
  ])
}

/// The rows of a CSV file, as far as they can be read.
struct ProductFile: Sendable {
  private(set) var places: ProductColumn.Places?
  private(set) var rows: [CSVRow] = []
  private(set) var faults: [Problem.FieldFault] = []

  init(_ bytes: [UInt8]) {
    guard bytes.count <= ProductImport.byteLimit else {
      fault("file", "too_long", "must be at most \(ProductImport.byteLimit >> 20) MB")
      return
    }
    do throws(CSVFault) {
      try read(bytes)
    } catch {
      fault("lines[\(error.line)]", "malformed", error.description)
    }
    if rows.isEmpty, faults.isEmpty { fault("file", "empty", "names columns and has no products") }
  }

  private mutating func read(_ bytes: [UInt8]) throws(CSVFault) {
    var limits = CSVReader.Limits()
    limits.cells = 500
    limits.cellBytes = 1 << 16
    var reader = CSVReader(bytes, limits: limits)
    guard let head = try reader.next() else {
      return fault("file", "empty", "has no line: the first one names the columns, such as sku,name,price,currency")
    }
    let header = CSVHeader(head)
    let places = ProductColumn.Places(header)
    self.places = places
    for name in header.duplicates { fault("lines[\(head.line)]", "duplicate", "has the column “\(name)” twice") }
    for column in places.missing {
      fault("lines[\(head.line)]", "required", "names no column \(column.rawValue)")
    }
    while let row = try reader.next() {
      guard rows.count < ProductImport.rowLimit else {
        return fault("file", "too_long", "may have \(ProductImport.rowLimit) lines of products")
      }
      rows.append(row)
    }
  }

  /// SKUs that the rows name.
  var skus: [String] {
    guard let place = places?.columns.first(where: { $0.column == .sku }) else { return [] }
    return rows.map { $0.text(place.index) }.filter { !$0.isEmpty }
  }

  private mutating func fault(_ field: String, _ code: String, _ message: String) {
    let line = field.hasPrefix("lines[") ? "Line \(field.dropFirst(6).dropLast()) " : "The file "
    faults.append(.init(field: field, code: code, message: line + message))
  }
}
