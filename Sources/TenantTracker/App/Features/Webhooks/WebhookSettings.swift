import Conversions
import Core
import Database
import Security

/// What a tenant has agreed on with its shops. Secrets are stored sealed, and only their ends are ever shown.
struct WebhookSettings: Sendable {
  struct Secret: Sendable, Hashable {
    var sealed: String
    /// Its last four characters; nil of a short one, whose end would be too much of it.
    var ending: String?
  }

  /// Several while one is being replaced, or where there are several shops.
  var secrets: [InboundChannel: [Secret]] = [:]
  /// How long after a click its address alone may tell whose order it is; 0: never.
  var addressHours: Int64 = 24

  static let channels: [InboundChannel] = [.shopify, .woocommerce, .stripe]
  static let hoursRange: ClosedRange<Int64> = 0...720
  static let mostSecrets = 5
  private static let key = "webhooks"

  private static func context(_ channel: InboundChannel) -> String { "settings.webhooks.\(channel.rawValue)" }

  static func secret(_ text: String, _ channel: InboundChannel, _ box: SecretBox) throws -> Secret {
    Secret(sealed: try box.seal(text, for: context(channel)), ending: text.count >= 12 ? String(text.suffix(4)) : nil)
  }

  /// Nil when none is set. One that was sealed under another SECRET_KEY opens nothing, but is set all the same.
  func keys(_ channel: InboundChannel, _ box: SecretBox) -> [String]? {
    guard let sealed = secrets[channel], !sealed.isEmpty else { return nil }
    return sealed.compactMap { try? box.openText($0.sealed, for: Self.context(channel)) }
  }

  /// As it may be shown and noted.
  func json(_ channel: InboundChannel) -> JSONValue {
    .array((secrets[channel] ?? []).map { ["last_four": JSONValue($0.ending)] })
  }

  static func load(of scope: TenantScope) async throws -> WebhookSettings {
    try await load(in: scope, schema: scope.schema)
  }

  static func load(in executor: any SQLExecutor, schema: SchemaName) async throws -> WebhookSettings {
    let row = try await executor.first("SELECT value FROM \(schema).settings WHERE key = \(key)")
    var settings = WebhookSettings()
    guard let value = try row?.get("value", as: JSONValue.self) else { return settings }
    settings.addressHours = value["address_hours"]?.intValue ?? settings.addressHours
    for channel in channels {
      settings.secrets[channel] = value[channel.rawValue]?.arrayValue?.compactMap { entry in
        entry["sealed"]?.stringValue.map { Secret(sealed: $0, ending: entry["last_four"]?.stringValue) }
      }
    }
    return settings
  }

  var stored: [(key: String, value: JSONValue)] {
    var object: JSONObject = ["address_hours": .int(addressHours)]
    for (channel, secrets) in secrets.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      object[channel.rawValue] = .array(
        secrets.map { ["sealed": .string($0.sealed), "last_four": JSONValue($0.ending)] })
    }
    return [(Self.key, .object(object))]
  }
}
