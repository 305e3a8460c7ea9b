import Core
import Database
import HTTPTypes
import Web

/// `POST /products/import` and `GET /products/export`: the catalogue as a CSV file.
struct ProductImportAPI: Sendable {
  let products: ResourceAPI<ProductStore>

  /// The file, and the form around it.
  static let bodyLimit = ProductImport.byteLimit + 1 << 16
  /// Products read, or written, at a time.
  private static let step = 500

  func register(in table: inout TrackerTable) {
    table.define("ProductImport", ProductImport.schema)
    table.on(
      .post, "/products/import", .write(Product.section),
      "Add and change products by a CSV file (text/csv, or a form with it as file): the SKU says which. All lines or none",
      query: [QueryParameter("preview", .boolean, "Change nothing; tell what would be, and all that is wrong.")],
      body: .raw, answer: .ref("ProductImport"), bodyLimit: Self.bodyLimit
    ) { try await importFile($0) }
    table.on(
      .get, "/products/export", .read(Product.section), "The catalogue as a CSV file, which the import takes back",
      answer: .any
    ) { export($0) }
  }

  private func importFile(_ call: TrackerCall) async throws -> Reply {
    let isPreview: Bool
    switch call.query("preview") {
    case nil, "false"?: isPreview = false
    case "true"?: isPreview = true
    default: throw Problem.invalid("preview", "type", "must be true or false")
    }
    let plan = try await read(try Self.file(of: call), of: call.place.scope)
    if !isPreview { try await apply(plan, by: call) }
    return .json(plan.json(applied: !isPreview))
  }

  private static func file(of call: TrackerCall) throws(Problem) -> [UInt8] {
    let type = call.head.header("Content-Type") ?? ""
    switch type.prefix(while: { $0 != ";" }).trimmed.lowercased() {
    case "text/csv", "text/plain", "application/vnd.ms-excel": return call.bytes
    case "multipart/form-data":
      guard let file = try FormBody(call.bytes, type: ContentType(type)).file("file") else {
        throw .invalid("file", "required", "is required: a CSV file")
      }
      return file.bytes
    default: throw .unsupportedMediaType("text/csv or multipart/form-data")
    }
  }

  /// Checks a file against the catalogue.
  func read(_ bytes: [UInt8], of scope: TenantScope) async throws -> ProductImport {
    let file = ProductFile(bytes)
    let known = try await products.store.products(skus: file.skus, of: scope)
    return try ProductImport(file, known: known, defaults: try await products.settings.defaults(of: scope))
  }

  /// Makes all of its changes, or none. Throws 422 with its faults, 409 when the catalogue was changed meanwhile.
  func apply(_ plan: ProductImport, by call: TrackerCall) async throws {
    if let problem = plan.problem { throw problem }
    let scope = call.place.scope
    let added = plan.changes.filter { $0.effect == .created }.map(\.draft)
    let changed = plan.changes.compactMap { change in
      change.effect == .updated ? change.id.map { (id: $0, draft: change.draft) } : nil
    }
    guard !added.isEmpty || !changed.isEmpty else { return }
    let summary: JSONValue = ["created": .int(added.count), "updated": .int(changed.count)]
    let writer = products.writer
    try await writer.write(to: scope) { connection in
      let now = writer.clock.now()
      for part in added.parts(of: Self.step) {
        try await products.store.insert(part, at: now, in: connection, schema: scope.schema)
      }
      var count = 0
      for part in changed.parts(of: Self.step) {
        count += try await products.store.update(part, at: now, in: connection, schema: scope.schema)
      }
      guard count == changed.count else {
        throw Problem.conflict("A product of the file was deleted meanwhile; nothing was changed.")
      }
      try await writer.audit.append("product.import", "products", after: summary, by: call, in: connection)
    }
  }

  /// In the order they were added.
  func export(_ call: TrackerCall) -> Reply {
    let (store, scope) = (products.store, call.place.scope)
    return Reply.stream(type: .csv, filename: "products.csv") { writer in
      try await writer.write(ProductColumn.head)
      var request = PageRequest(limit: Self.step, sort: "id")
      while true {
        let page = try await store.page(request, of: scope)
        try await writer.write(page.items.map { ProductColumn.line($0.draft) }.joined())
        guard let next = page.nextCursor else { return }
        request.cursor = next
      }
    }
  }
}

extension Array {
  /// Parts of at most so many elements, in order.
  fileprivate func parts(of size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
