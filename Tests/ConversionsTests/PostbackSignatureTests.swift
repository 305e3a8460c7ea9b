import Conversions
import Core
import Testing

@Suite struct PostbackSignatureTests {
  private let hex = String(repeating: "0a", count: 32)
  private let bytes = [UInt8](repeating: 10, count: 32)

  private func messages(_ hit: PostbackHit) -> [String]? {
    PostbackSignature.claims(of: hit)?.map { claim in
      #expect(claim.signature == bytes)
      return String(decoding: claim.message, as: UTF8.self)
    }
  }

  @Test func aQueryIsSignedWithoutItsSignature() {
    #expect(messages(get("a=1&b=%20&sig=\(hex)")) == ["a=1&b=%20"])
    #expect(messages(get("sig=\(hex.uppercased())&a=1&b=2")) == ["a=1&b=2"])
    #expect(messages(get("a=1&sig=\(hex)&b=2&")) == ["a=1&b=2&"])
    #expect(messages(get("a=1&sig=sha256=\(hex)")) == ["a=1"])
    #expect(messages(get("sig=\(hex)")) == [""])
  }

  @Test func aBodyIsSignedByTheHeader() {
    var hit = post("application/json", #"{"click_id":"x"}"#)
    #expect(messages(hit) == nil)
    hit.headers = [PostbackSignature.header: hex]
    #expect(messages(hit) == [#"{"click_id":"x"}"#])
    hit.query = "payout=1000"
    #expect(messages(hit) == nil)
    hit.query = "payout=1000&sig=\(hex)"
    #expect(messages(hit) == [#"{"click_id":"x"}"#, "payout=1000"])
  }

  @Test func whatIsNoSignatureIsNone() {
    for query in ["", "a=1", "a=1&sig=", "a=1&sig=\(hex)0", "a=1&sig=\(hex)&sig=\(hex)", "a=1&SIG=\(hex)"] {
      #expect(messages(get(query)) == nil, "\(query)")
    }
    let zs = String(repeating: "zz", count: 32)
    #expect(messages(get("a=1&sig=\(zs)")) == nil)
  }
}
