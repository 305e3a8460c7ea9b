import Core
import Database
import Web

/// `/deliveries`: postbacks out, what became of them, and having them tried again.
struct DeliveriesAPI: Sendable {
  let queue: DeliveryQueue
  let settings: SettingsStore
  let writer: ConfigurationWriter
  let store = DeliveryStore()

  /// Tried again by one call.
  static let bulkLimit = 500

  init(queue: DeliveryQueue, settings: SettingsStore, writer: ConfigurationWriter) {
    self.queue = queue
    self.settings = settings
    self.writer = writer
  }

  func register(in table: inout TrackerTable) {
    table.define("Delivery", Delivery.schema)
    table.on(
      .get, "/deliveries", .read(.sources), "Postbacks out, newest first", query: Self.parameters,
      answer: .page(of: .ref("Delivery"))
    ) { call in
      let request = try call.page
      return .json(try await page(request, filter(request), of: call.place.scope).json(\.json))
    }
    table.on(.get, "/deliveries/{id}", .read(.sources), "Show: delivery", answer: .ref("Delivery")) { call in
      .json(try await find(call).json)
    }
    table.on(
      .post, "/deliveries/{id}/retry", .write(.sources),
      "Send a postback again, as its URL is now; the event's id stays", answer: .ref("Delivery")
    ) { .json(try await retry(by: $0).json) }
    table.on(
      .post, "/deliveries/retry", .write(.sources), "Send dead postbacks again: those named, or those that fit",
      body: .json(Self.bulkSchema),
      answer: .object([
        .required("retried", .integer), .required("more", .boolean.described("There are more; ask again.")),
      ])
    ) { call in
      let (count, isMore) = try await retryAll(call.fields(), by: call)
      return .json(["retried": .int(count), "more": .bool(isMore)])
    }
  }

  private static let parameters: [QueryParameter] = [
    QueryParameter("limit", .integer, "1 to 500; 50 by default."),
    QueryParameter("cursor", .string, "`next_cursor` of the page before."),
    QueryParameter("q", .string, "A click's, conversion's or delivery's id."),
    QueryParameter("state", .choice(Delivery.State.allCases.map(\.rawValue)), "Where they stand."),
    QueryParameter("source_id", .integer, "Only to this source."),
    QueryParameter("conversion_id", .uuid, "Only of this conversion."),
    QueryParameter("click_id", .uuid, "Only of this click's conversions."),
    QueryParameter("host", .string, "Only to this target."),
  ]

  private static let bulkSchema = Schema.object([
    .optional("ids", .array(.uuid).described("At most \(bulkLimit).")),
    .optional("source_id", .integer), .optional("conversion_id", .uuid), .optional("click_id", .uuid),
    .optional("host", .string),
  ])

  // Reading

  func filter(_ request: PageRequest) throws(Problem) -> DeliveryFilter {
    var reader = FilterReader(request)
    let filter = DeliveryFilter(
      state: reader.choice("state"), sourceID: reader.id("source_id"), conversionID: reader.uuid("conversion_id"),
      clickID: reader.uuid("click_id"), host: reader.text("host")?.lowercased(),
      anyID: request.q.map { UUIDv7($0) ?? UUIDv7(high: 0, low: 0) })
    reader.requireNewestFirst(request, by: "created_at")
    try reader.finish()
    return filter
  }

  func page(
    _ request: PageRequest, _ filter: DeliveryFilter, of scope: TenantScope
  ) async throws -> Page<Delivery> {
    var cursor: UUIDv7?
    if let text = request.cursor {
      cursor = UUIDv7(text)
      if cursor == nil { throw Problem.invalid("cursor", "invalid", "must be the next_cursor of a page before") }
    }
    return try await store.page(filter, limit: request.limit, after: cursor, of: scope)
  }

  func find(_ call: TrackerCall) async throws -> Delivery {
    guard let delivery = try await store.find(call.uuid(), of: call.place.scope) else {
      throw Problem.notFound("delivery")
    }
    return delivery
  }

  // Again

  func retry(by call: TrackerCall) async throws -> Delivery {
    let delivery = try await find(call)
    try await revive([delivery], by: call)
    return try await find(call)
  }

  /// - Returns: how many, and whether more of the kind are left.
  func retryAll(_ fields: FieldReader, by call: TrackerCall) async throws -> (count: Int, isMore: Bool) {
    var fields = fields
    let ids = fields.optionalStrings("ids", max: Self.bulkLimit) ?? nil
    var filter = DeliveryFilter(sourceID: fields.optionalInt("source_id").flatMap { $0 }.map { Int64($0) })
    filter.conversionID = uuid("conversion_id", &fields)
    filter.clickID = uuid("click_id", &fields)
    filter.host = (fields.optionalString("host", length: 0...255) ?? nil)?.lowercased()
    let named = ids?.compactMap { UUIDv7($0) }
    if let named, named.count < ids?.count ?? 0 { fields.fault("ids", "invalid", "must be deliveries' ids") }
    try fields.finish()
    guard let named else { return try await retry(filter, by: call) }
    return (try await revive(dead: named, by: call), false)
  }

  /// Those that were given up and fit.
  func retry(_ filter: DeliveryFilter, by call: TrackerCall) async throws -> (count: Int, isMore: Bool) {
    let found = try await store.undelivered(filter, limit: Self.bulkLimit + 1, of: call.place.scope)
    let count = try await revive(dead: Array(found.prefix(Self.bulkLimit)), by: call)
    return (count, found.count > Self.bulkLimit)
  }

  private func revive(dead ids: [UUIDv7], by call: TrackerCall) async throws -> Int {
    var deliveries: [Delivery] = []
    for id in ids {
      if let delivery = try await store.find(id, of: call.place.scope), delivery.state == .dead {
        deliveries.append(delivery)
      }
    }
    try await revive(deliveries, by: call)
    return deliveries.count
  }

  private func uuid(_ name: String, _ fields: inout FieldReader) -> UUIDv7? {
    guard let text = (fields.optionalString(name, length: 1...36) ?? nil) else { return nil }
    let id = UUIDv7(text)
    if id == nil { fields.fault(name, "invalid", "must be a UUID") }
    return id
  }

  private func revive(_ deliveries: [Delivery], by call: TrackerCall) async throws {
    guard !deliveries.isEmpty else { return }
    let scope = call.place.scope
    let now = queue.clock.now()
    var messages: [UUIDv7: Delivery.Message] = [:]
    for delivery in deliveries {
      messages[delivery.id] = try await DeliveryRenewal().message(of: delivery, at: now, in: scope)
    }
    try await scope.transaction { [messages] connection in
      // In the order of their ids, so that two who do this at once do not wait for each other.
      for delivery in deliveries.sorted(by: { $0.id < $1.id }) {
        try await queue.revive(delivery.id, messages[delivery.id], in: connection, schema: scope.schema)
      }
      let first = deliveries[0]
      try await writer.audit.append(
        "delivery.retry", deliveries.count == 1 ? "delivery:\(first.id)" : "delivery",
        after: ["count": .int(deliveries.count), "source_id": .int(first.sourceID)], by: call, in: connection)
      DeliveryQueue.notify(scope, in: connection)
    }
  }
}
