import Conversions
import Core
import Database
import Security
import Web

/// `/settings/webhooks`: the shops whose orders come in, and how their customers are found.
struct WebhooksAPI: Sendable {
  let settings: SettingsStore
  let finder: InboundClickFinder
  let secrets: SecretBox
  let audit: AuditLog
  let clock: any WallClock

  private let log = WebhookLogStore()

  init(
    settings: SettingsStore, finder: InboundClickFinder, secrets: SecretBox, audit: AuditLog, clock: any WallClock
  ) {
    self.settings = settings
    self.finder = finder
    self.secrets = secrets
    self.audit = audit
    self.clock = clock
  }

  static let path = "/settings/webhooks"

  func register(in table: inout TrackerTable) {
    table.define("Webhooks", Self.schema)
    table.on(.get, Self.path, .read(.settings), "Shops' webhooks", answer: .ref("Webhooks")) {
      .json(try await json(of: $0.place.scope))
    }
    table.on(
      .patch, Self.path, .write(.settings), "Change how orders find their clicks",
      body: .json(.object([.required("address_hours", .integer)])), answer: .ref("Webhooks")
    ) { call in
      try await changeWindow(call.fields(), by: call)
      return .json(try await json(of: call.place.scope))
    }
    table.on(
      .put, "\(Self.path)/{shop}", .write(.settings),
      "Set the secrets of a shop's webhooks; an empty list removes them",
      body: .json(.object([.required("secrets", .array(.string))])), answer: .ref("Webhooks")
    ) { call in
      try await setSecrets(call.fields(), by: call)
      return .json(try await json(of: call.place.scope))
    }
    table.on(
      .post, "\(Self.path)/{shop}/test", .read(.settings),
      "Go through all steps of a made-up, signed order; nothing is recorded",
      body: .json(.object([.optional("click_id", .string.described("The click it names; none if absent."))])),
      answer: WebhookTest.schema
    ) { .json(try await test($0.fields(), by: $0).json) }
  }

  private static let schema = Schema.object([
    .required(
      "shops",
      .array(
        .object([
          .required("shop", .choice(WebhookSettings.channels.map(\.rawValue))),
          .required("path", .string.described("On any of your domains.")),
          .required(
            "is_open", .boolean.described("Without a secret, anybody who knows the address may report orders.")),
          .required("secrets", .array(.object([.required("last_four", .string.nullable)]))),
          .required(
            "last_event",
            .object([
              .required("at", .timestamp), .required("outcome", .string), .required("detail", .string.nullable),
              .required("conversion_id", .uuid.nullable),
            ]).nullable),
        ]))),
    .required(
      "address_hours",
      .integer.described("How long after a click its address alone may tell whose order it is; 0: never.")),
  ])

  func json(of scope: TenantScope) async throws -> JSONValue {
    let settings = try await WebhookSettings.load(of: scope)
    var shops: [JSONValue] = []
    for channel in WebhookSettings.channels {
      shops.append([
        "shop": .string(channel.rawValue), "path": .string("/webhook/\(channel.rawValue)"),
        "is_open": .bool(channel != .stripe && settings.secrets[channel]?.isEmpty ?? true),
        "secrets": settings.json(channel),
        "last_event": .optional(try await log.last(of: channel, scope)?.json),
      ])
    }
    return ["shops": .array(shops), "address_hours": .int(settings.addressHours)]
  }

  /// For the page.
  func state(of scope: TenantScope) async throws -> (WebhookSettings, [InboundChannel: WebhookEvent]) {
    var events: [InboundChannel: WebhookEvent] = [:]
    for channel in WebhookSettings.channels { events[channel] = try await log.last(of: channel, scope) }
    return (try await WebhookSettings.load(of: scope), events)
  }

  func shop(_ call: TrackerCall) throws(Problem) -> InboundChannel {
    guard let channel = InboundChannel(rawValue: call.parameter("shop")), channel.isShop else {
      throw .notFound("shop")
    }
    return channel
  }

  func changeWindow(_ fields: FieldReader, by call: TrackerCall) async throws {
    var fields = fields
    let hours = fields.int("address_hours", range: WebhookSettings.hoursRange)
    try fields.finish()
    guard let hours else { throw Problem.internalError() }
    try await save(action: "webhooks.window", after: ["address_hours": .int(hours)], by: call) {
      $0.addressHours = hours
    }
  }

  func setSecrets(_ fields: FieldReader, by call: TrackerCall) async throws {
    let channel = try shop(call)
    var fields = fields
    let texts = fields.optionalStrings("secrets", max: WebhookSettings.mostSecrets, length: 255) ?? nil
    if !fields.has("secrets") { fields.fault("secrets", "required", "is required") }
    for (index, text) in (texts ?? []).enumerated()
    where text.isEmpty || !text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
      fields.fault("secrets[\(index)]", "secret", "must be letters, digits and signs without blanks")
    }
    try fields.finish()
    let sealed = try (texts ?? []).map { try WebhookSettings.secret($0, channel, secrets) }
    let shown: JSONValue = ["shop": .string(channel.rawValue), "secrets": .int(sealed.count)]
    try await save(action: "webhooks.secrets", after: shown, by: call) { $0.secrets[channel] = sealed }
  }

  private func save(
    action: String, after: JSONValue, by call: TrackerCall, _ change: (inout WebhookSettings) -> Void
  ) async throws {
    let scope = call.place.scope
    try await scope.transaction { connection in
      // All of it is one setting: of two who change it at once, neither may write what the other had before.
      _ = try await connection.query("SELECT name FROM \(scope.schema).locks WHERE name = 'webhooks' FOR UPDATE")
      var changed = try await WebhookSettings.load(in: connection, schema: scope.schema)
      change(&changed)
      try await settings.set(changed.stored, at: clock.now(), of: scope, in: connection)
      try await audit.append(action, "settings", after: after, by: call, in: connection)
    }
  }

  func test(_ fields: FieldReader, by call: TrackerCall) async throws -> WebhookTest.Result {
    let channel = try shop(call)
    var fields = fields
    let text = fields.optionalString("click_id", length: 0...64) ?? nil
    let click = text.flatMap { ClickID($0) }
    if let text, !text.isEmpty, click == nil { fields.fault("click_id", "click_id", "must be a click's id") }
    try fields.finish()
    let settings = try await WebhookSettings.load(of: call.place.scope)
    return try await WebhookTest(channel: channel, settings: settings, secrets: secrets, finder: finder)
      .run(click: click, at: clock.now(), in: call.place.scope)
  }
}
