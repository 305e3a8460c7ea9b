public import Core
import Crypto

/// What an instance without a line to the licence server asks for: a file that somebody carries there.
///
/// It names the key by its hash and proves by an HMAC under the key that whoever wrote it has the key, so a file that is
/// changed on its way, or made up, is told from a true one, and a file that is lost gives nothing away.
public struct OfflineRequest: Sendable, Hashable {
  public static let format = "trackily-offline-request/1"
  /// Bytes of the file, generously.
  public static let maxLength = 16_384

  /// Made anew for every file. A request is answered once.
  public let id: String
  public let createdAt: Timestamp
  /// SHA-256 of the licence key without blanks around it and in lower case, lower-case hexadecimal.
  public let keyHash: String
  public let instance: LicenseAPI.Instance
  private let code: String

  public init(licenseKey: String, instance: LicenseAPI.Instance, at now: Timestamp) {
    id = RandomBytes.make(16).hex
    createdAt = Timestamp(seconds: now.seconds)
    self.instance = instance
    let key = OfflineRequest.canonical(licenseKey)
    keyHash = SHA256.hash(data: Array(key.utf8)).hex
    let message = OfflineRequest.message(id: id, createdAt: createdAt, keyHash: keyHash, instance)
    let authentication = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Array(key.utf8)))
    code = Array(authentication).base64url
  }

  /// Whether it was written by somebody with this key, and is as it was written.
  public func isAuthentic(licenseKey: String) -> Bool {
    guard let given = [UInt8](base64url: code) else { return false }
    let key = Array(OfflineRequest.canonical(licenseKey).utf8)
    return SHA256.hash(data: key).hex == keyHash
      && HMAC<SHA256>.isValidAuthenticationCode(
        given, authenticating: OfflineRequest.message(id: id, createdAt: createdAt, keyHash: keyHash, instance),
        using: SymmetricKey(data: key))
  }

  /// The file.
  public var json: JSONValue {
    [
      "format": .string(OfflineRequest.format), "request_id": .string(id), "created_at": JSONValue(createdAt),
      "key_sha256": .string(keyHash), "instance": instance.json, "hmac": .string(code),
    ]
  }

  /// - Throws: 422 that names what is wrong with the file.
  public init(reading json: JSONValue, path: String = "") throws(Problem) {
    var reader = try FieldReader(json, path: path)
    if let format = reader.string("format"), format != OfflineRequest.format {
      reader.fault("format", "choice", "is not \(OfflineRequest.format): this is no request file of this version")
    }
    let id = reader.string("request_id", length: 32...32)
    let createdAt = reader.timestamp("created_at")
    let keyHash = reader.string("key_sha256", length: 64...64)
    let instance = reader.instance()
    let code = reader.string("hmac", length: 43...43)
    try reader.finish()
    guard let id, let createdAt, let keyHash, let instance, let code else { throw Problem.internalError() }
    self.id = id
    self.createdAt = createdAt
    self.keyHash = keyHash
    self.instance = instance
    self.code = code
  }

  private static func canonical(_ licenseKey: String) -> String { licenseKey.trimmed.lowercased() }

  private static func message(
    id: String, createdAt: Timestamp, keyHash: String, _ instance: LicenseAPI.Instance
  ) -> [UInt8] {
    JSONValue.array([
      .string(format), .string(id), .int(createdAt.seconds), .string(keyHash), .string(instance.fingerprint),
      JSONValue(instance.hostname), JSONValue(instance.version), JSONValue(instance.domainHash),
    ]).utf8
  }
}

/// The file that comes back: a signed lease, and for people what is in it. Only the lease counts.
public struct OfflineLeaseFile: Sendable, Hashable {
  public static let format = "trackily-offline-lease/1"
  /// Bytes of the file: a lease and a few words.
  public static let maxLength = CompactJWS.maxLength + 4_096

  /// A JWS of ``LeaseClaims``.
  public let lease: String
  public let plan: String
  public let keyLastFour: String
  public let expiresAt: Timestamp

  public init(lease: String, plan: String, keyLastFour: String, expiresAt: Timestamp) {
    self.lease = lease
    self.plan = plan
    self.keyLastFour = keyLastFour
    self.expiresAt = expiresAt
  }

  public var json: JSONValue {
    [
      "format": .string(OfflineLeaseFile.format), "lease": .string(lease), "plan": .string(plan),
      "key_last_four": .string(keyLastFour), "expires_at": JSONValue(expiresAt),
    ]
  }

  /// - Throws: 422 that names what is wrong with the file.
  public init(reading json: JSONValue) throws(Problem) {
    var reader = try FieldReader(json)
    if let format = reader.string("format"), format != OfflineLeaseFile.format {
      reader.fault("format", "choice", "is not \(OfflineLeaseFile.format): this is no lease file of this version")
    }
    let lease = reader.string("lease", length: 1...CompactJWS.maxLength)
    let plan = reader.string("plan", length: 1...50)
    let keyLastFour = reader.string("key_last_four", length: 4...4)
    let expiresAt = reader.timestamp("expires_at")
    try reader.finish()
    guard let lease, let plan, let keyLastFour, let expiresAt else { throw Problem.internalError() }
    self.init(lease: lease, plan: plan, keyLastFour: keyLastFour, expiresAt: expiresAt)
  }
}
