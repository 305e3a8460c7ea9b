public import Core
import Crypto

/// The licence server's signed word on one request, refusals included. Only such a word takes rights away.
public struct SignedDecision: Sendable, Hashable {
  public var isValid: Bool
  public var code: LicenseCode
  /// The licence's state; nil when there is no such licence.
  public var status: LicenseStatus?
  /// The request's nonce, so that an old decision can't be played again.
  public var nonce: String?
  /// The last lease's number, 0 before the first.
  public var sequence: Int64
  public var issuedAt: Timestamp
  /// SHA-256 of the licence key asked about, so that a decision on another key can't be slipped in.
  public var keyHash: String

  public init(
    isValid: Bool, code: LicenseCode, status: LicenseStatus?, nonce: String?, sequence: Int64, issuedAt: Timestamp,
    licenseKey: String
  ) {
    self.isValid = isValid
    self.code = code
    self.status = status
    self.nonce = nonce
    self.sequence = sequence
    self.issuedAt = Timestamp(seconds: issuedAt.seconds)
    keyHash = SignedDecision.hash(licenseKey: licenseKey)
  }

  public static func hash(licenseKey: String) -> String { SHA256.hash(data: Array(licenseKey.utf8)).hex }

  public var json: JSONValue {
    [
      "iss": .string(LeaseTerms.issuer), "aud": .string(LeaseTerms.audience), "valid": .bool(isValid),
      "code": .string(code.rawValue), "status": JSONValue(status?.rawValue), "nonce": JSONValue(nonce),
      "seq": .int(sequence), "iat": .int(issuedAt.seconds), "key": .string(keyHash),
    ]
  }

  public init?(json: JSONValue) {
    guard let isValid = json["valid"]?.boolValue, let code = json["code"]?.stringValue.flatMap(LicenseCode.init),
      let sequence = json["seq"]?.intValue, let issuedAt = Timestamp(numericDate: json["iat"]),
      let keyHash = json["key"]?.stringValue
    else { return nil }
    self.isValid = isValid
    self.code = code
    self.status = json["status"]?.stringValue.flatMap(LicenseStatus.init)
    self.nonce = json["nonce"]?.stringValue
    self.sequence = sequence
    self.issuedAt = issuedAt
    self.keyHash = keyHash
  }
}
