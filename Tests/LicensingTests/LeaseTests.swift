import Core
import Testing

@testable import Licensing

@Suite struct LeaseTests {
  private let vendor: Vendor

  init() throws { vendor = try Vendor() }

  @Test func aLeaseSaysExactlyWhatIsDocumented() throws {
    var claims = vendor.claims(sequence: 7)
    claims.branding = Branding(productName: "Acme Tracker")
    let json = claims.json
    #expect(
      json.objectValue?.members.map(\.key) == [
        "iss", "aud", "sub", "jti", "seq", "iat", "nbf", "exp", "grace_until", "fpr", "plan", "status", "features",
        "limits", "branding",
      ])
    #expect(json["aud"] == "trackily" && json["sub"] == "42" && json["seq"] == 7 && json["status"] == "active")
    #expect(json["iat"] == 1_795_255_200 && json["exp"] == .int(1_795_255_200 + 7 * 86_400))
    #expect(json["grace_until"] == .int(1_795_255_200 + 21 * 86_400))
    #expect(json["limits"] == ["users": 5] && json["plan"] == "pro")
    #expect(json["fpr"]?.stringValue?.utf8.count == 64)
    #expect(LeaseClaims(json: json) == claims)
    #expect(vendor.claims().json["branding"] == nil)
  }

  @Test func theHeaderNamesTypeAndKey() throws {
    let token = try LeaseSigner(vendor.ring).sign(vendor.claims())
    let bytes = try #require([UInt8](base64url: token.prefix { $0 != "." }))
    let header = try JSONValue.parse(bytes)
    #expect(header == ["alg": "EdDSA", "kid": .string(vendor.key.id), "typ": "trackily-lease+jwt"])
  }

  @Test func claimsOfTheWrongKindAreRefused() {
    let good = vendor.claims().json.objectValue ?? [:]
    let wrong: [(String, JSONValue?)] = [
      ("sub", nil), ("sub", 42), ("sub", ""), ("seq", "1"), ("seq", -1), ("exp", nil), ("exp", "soon"), ("exp", 0),
      ("iat", .number("1e9")), ("iat", .number("99999999999999")), ("grace_until", 1), ("fpr", "short"),
      ("features", "all"), ("features", [1]), ("limits", [:]), ("limits", ["users": "5"]), ("limits", ["users": -1]),
      ("status", "fine"), ("plan", nil), ("plan", ""),
    ]
    for (name, value) in wrong {
      var object = good
      object[name] = value
      #expect(LeaseClaims(json: .object(object)) == nil, "\(name)")
    }
  }

  @Test func unlimitedSeatsAreNull() throws {
    let claims = vendor.claims(plan: .enterprise)
    #expect(claims.json["limits"] == ["users": nil])
    #expect(LeaseClaims(json: claims.json)?.entitlements.userLimit == .some(nil))
  }

  @Test func aLeaseIsForOneInstanceOneAudienceAndOneIssuer() throws {
    let token = try LeaseSigner(vendor.ring).sign(vendor.claims())
    #expect(throws: LeaseError.fingerprint) { try vendor.verifier.lease(token, fingerprint: "instance-2") }
    var other = vendor.claims()
    other.audience = "somebody-else"
    let foreign = try LeaseSigner(vendor.ring).sign(other)
    #expect(throws: LeaseError.audience) { try vendor.verifier.lease(foreign, fingerprint: Vendor.fingerprint) }
    let strict = LeaseVerifier(keys: vendor.verifier.keys, issuer: "reseller")
    #expect(throws: LeaseError.audience) { try strict.lease(token, fingerprint: Vendor.fingerprint) }
    let stranger = LeaseVerifier(keys: try Vendor().verifier.keys)
    #expect(throws: LeaseError.signature(.unknownKey)) {
      try stranger.lease(token, fingerprint: Vendor.fingerprint)
    }
  }

  @Test func aDecisionAnswersOneQuestion() throws {
    let signed = try vendor.decision(.suspended, status: .suspended).token
    #expect(throws: LeaseError.replayed) {
      try vendor.verifier.decision(signed, nonce: "another", licenseKey: Vendor.licenseKey)
    }
    #expect(throws: LeaseError.replayed) {
      try vendor.verifier.decision(signed, nonce: "n", licenseKey: "another key")
    }
    let decision = try vendor.verifier.decision(signed, nonce: "n", licenseKey: Vendor.licenseKey).decision
    #expect(!decision.isValid && decision.code == .suspended && decision.status == .suspended)
    #expect(!decision.json.text.contains(Vendor.licenseKey))
  }

  @Test func heartbeatsAreSpreadAroundSixHours() {
    var generator = SystemRandomNumberGenerator()
    let waits = (0..<1_000).map { _ in LeaseTerms.nextRefresh(using: &generator) }
    #expect(waits.allSatisfy { $0 >= .hours(6) * 0.9 && $0 <= .hours(6) * 1.1 })
    #expect(Set(waits).count > 900)
  }
}

@Suite struct PlanTests {
  @Test func thePlansAreTheDocumentedOnes() {
    #expect(DocumentedPlan.starter.features.isEmpty && DocumentedPlan.starter.userLimit == 1)
    #expect(
      DocumentedPlan.pro.features.map(\.rawValue) == [
        "anti_fraud", "automizer", "traffic_ai", "notification_channels", "ab_testing", "lander_protection",
        "status_scheme", "retargeting_pixels", "audience_export",
      ])
    #expect(DocumentedPlan.pro.userLimit == 5 && DocumentedPlan.enterprise.userLimit == nil)
    #expect(
      DocumentedPlan.enterprise.features.map(\.rawValue).suffix(3) == [
        "attribution", "audience_optimization", "white_label",
      ])
    #expect(Feature.automizer.plan == .pro && Feature.whiteLabel.plan == .enterprise)
    #expect(!Entitlements.starter.includes(.automizer) && Entitlements(.pro).includes(.automizer))
  }

  @Test func codesComeInTheDocumentedOrder() {
    #expect(
      LicenseCode.allCases.map(\.rawValue) == [
        "NOT_FOUND", "BANNED", "REVOKED", "SUSPENDED", "EXPIRED", "OVERDUE", "NOT_ACTIVATED", "FINGERPRINT_MISMATCH",
        "TOO_MANY_INSTANCES", "VERSION_TOO_OLD", "VALID",
      ])
    #expect(LicenseCode.allCases.map(\.precedence) == Array(0...10))
    #expect(LicenseCode.first(of: [.versionTooOld, .expired, .suspended]) == .suspended)
    #expect(LicenseCode.first(of: []) == .valid)
  }
}
