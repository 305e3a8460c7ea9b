import Core
import Testing

@testable import Licensing

@Suite struct LicenseAPITests {
  @Test func requestsSurviveTheWire() throws {
    let activate = LicenseAPI.ActivateRequest(
      licenseKey: "k", instance: .init(fingerprint: "f", hostname: "h", version: "1.0.0"), nonce: "n")
    #expect(try .init(reading: activate.json) == activate)
    let validate = LicenseAPI.ValidateRequest(licenseKey: "k")
    #expect(try .init(reading: validate.json) == validate)
    let heartbeat = LicenseAPI.HeartbeatRequest(
      licenseKey: "k", fingerprint: "f", sequence: 7, users: 3, clicks24h: 12_000, version: "1.0.0",
      domainHash: InstanceIdentity(id: "i", domain: "T.example.com.").domainHash, nonce: "n")
    #expect(try .init(reading: heartbeat.json) == heartbeat)
    let deactivate = LicenseAPI.DeactivateRequest(licenseKey: "k", fingerprint: "f", nonce: nil)
    #expect(try .init(reading: deactivate.json) == deactivate)
  }

  @Test func theWireIsAsDocumented() throws {
    let activate = try LicenseAPI.ActivateRequest(
      reading: try JSONValue.parse(
        #"{"license_key":"k","instance":{"fingerprint":"f","hostname":"h","version":"1"},"nonce":"n-1"}"#))
    #expect(activate.instance.hostname == "h" && activate.nonce == "n-1")
    let heartbeat = try LicenseAPI.HeartbeatRequest(
      reading: try JSONValue.parse(
        #"{"license_key":"k","fingerprint":"f","seq":3,"usage":{"users":2,"clicks_24h":9},"version":"1"}"#))
    #expect(heartbeat.sequence == 3 && heartbeat.users == 2 && heartbeat.clicks24h == 9)
  }

  @Test(arguments: [
    (#"{"instance":{"fingerprint":"f"}}"#, ["license_key"]),
    (#"{"license_key":7,"instance":{"fingerprint":"f"}}"#, ["license_key"]),
    (#"{"license_key":"k"}"#, ["instance"]), (#"{"license_key":"k","instance":"f"}"#, ["instance"]),
    (#"{"license_key":"k","instance":{}}"#, ["instance.fingerprint"]),
    (
      #"{"license_key":null,"instance":{"fingerprint":""},"nonce":1}"#,
      ["license_key", "instance.fingerprint", "nonce"]
    ),
    (#"{"license_key":"\#(String(repeating: "k", count: 101))","instance":{"fingerprint":"f"}}"#, ["license_key"]),
  ])
  func malformedInputIsSaidFieldByField(text: String, fields: [String]) throws {
    let json = try JSONValue.parse(text)
    let problem = #expect(throws: Problem.self) { try LicenseAPI.ActivateRequest(reading: json) }
    #expect(problem?.status == 422 && Set(problem?.errors.map(\.field) ?? []) == Set(fields))
  }

  @Test(arguments: ["", "no such key", "' OR 1=1 --", String(repeating: "k", count: 100)])
  func anyOtherTextIsAKey(text: String) throws {
    let request = try LicenseAPI.ValidateRequest(reading: ["license_key": .string(text), "of_the_future": true])
    #expect(request.licenseKey == text)
  }

  @Test func answersSurviveTheWire() throws {
    let answer = LicenseAnswer(
      isValid: true, code: .overdue,
      license: .init(id: 42, status: .overdue, expiresAt: Vendor.start, entitlements: Entitlements(.enterprise)),
      instanceID: 7, lease: "a.b.c", signed: "d.e.f", warnings: ["CLONE_SUSPECTED"])
    #expect(LicenseAnswer(json: answer.json) == answer)
    let refusal = LicenseAnswer(isValid: false, code: .notFound, license: nil, signed: "d.e.f")
    #expect(LicenseAnswer(json: refusal.json) == refusal)
    #expect(refusal.json["license"] == .null && refusal.json["lease"] == nil)
    #expect(
      answer.json["license"]?.objectValue?.members.map(\.key) == [
        "id", "plan", "status", "expires_at", "features", "limits",
      ])
  }

  @Test(arguments: [
    "<html>Log in to our Wi-Fi</html>", "{}", "[]", #"{"valid":true,"code":"VALID"}"#,
    #"{"valid":1,"code":"VALID","signed":"x"}"#,
  ])
  func aCaptivePortalIsNoLicenceServer(body: String) {
    #expect((try? JSONValue.parse(body)).flatMap(LicenseAnswer.init(json:)) == nil)
  }

  @Test func theFingerprintIsTheInstanceAndNotItsAddress() {
    let here = InstanceIdentity(id: InstanceIdentity.generateID(), domain: "Tracker.Example.com")
    let moved = InstanceIdentity(id: here.id, domain: "other.example.com")
    #expect(here.fingerprint == moved.fingerprint && here.domainHash != moved.domainHash)
    #expect(here.domainHash == InstanceIdentity(id: "x", domain: "tracker.example.com.").domainHash)
    #expect(InstanceIdentity.generateID() != InstanceIdentity.generateID())
  }
}
