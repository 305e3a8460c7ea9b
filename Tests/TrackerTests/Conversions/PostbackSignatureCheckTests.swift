import ClickPath
import Conversions
import Core
import Crypto
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct PostbackSignatureCheckTests {
  private func sign(_ message: String, _ key: String) -> String {
    Array(
      HMAC<SHA256>.authenticationCode(
        for: Array(message.utf8), using: SymmetricKey(data: Array(key.utf8)))
    ).hex
  }

  private func store(_ bench: PostbackBench) throws -> NetworkSecretStore {
    NetworkSecretStore(secrets: try #require(PostbackBench.secrets), clock: bench.clock)
  }

  @Test func aSigningNetworkIsBelievedOnlyWhatItSigned() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    let secret = NetworkSecret.random()
    try await store(bench).rotate(PostbackBench.networkID, to: secret, of: bench.scope, in: bench.scope)
    let query = "click_id=\(click.id)&payout=5"
    #expect(try await bench.send(query) == .unauthorized)
    #expect(try await bench.send("\(query)&sig=\(sign(query, "other"))") == .unauthorized)
    #expect(try await bench.send("\(query)0&sig=\(sign(query, secret.text))") == .unauthorized)
    #expect(try await bench.send("\(query)&sig=\(sign(query, secret.text))").status == 200)
    var post = bench.hit("", at: bench.clock.now())
    post.method = .post
    post.contentType = "application/json"
    post.body = Array(#"{"click_id":"\#(click.id)","txid":"b"}"#.utf8)
    #expect(try await bench.service.receive(post, in: bench.scope) == .unauthorized)
    post.id = ConversionID(at: bench.clock.now())
    post.headers = [PostbackSignature.header: sign(String(decoding: post.body, as: UTF8.self), secret.text)]
    #expect(try await bench.service.receive(post, in: bench.scope) == .recorded(post.id))
    // By its own URL as well.
    let keyed = bench.hit("click_id=\(click.id)&txid=c", at: bench.clock.now(), key: "k-house")
    #expect(try await bench.service.receive(keyed, in: bench.scope) == .unauthorized)
    #expect(try await bench.conversions(of: click).count == 2)
    await bench.tenant.close()
  }

  @Test func aFormerKeyIsGoodForADay() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    let (old, new) = (NetworkSecret.random(), NetworkSecret.random())
    let store = try store(bench)
    for secret in [old, new] {
      try await store.rotate(PostbackBench.networkID, to: secret, of: bench.scope, in: bench.scope)
    }
    let query = { (txid: Int, key: String) in
      let query = "click_id=\(click.id)&txid=\(txid)"
      return "\(query)&sig=\(sign(query, key))"
    }
    #expect(try await bench.send(query(1, old.text)).status == 200)
    #expect(try await bench.send(query(2, new.text)).status == 200)
    bench.clock.advance(by: .hours(25))
    try await store.removeFormer(of: bench.scope)
    #expect(try await bench.send(query(3, old.text)) == .unauthorized)
    #expect(try await bench.send(query(4, new.text)).status == 200)
    try await store.remove(PostbackBench.networkID, of: bench.scope, in: bench.scope)
    #expect(try await bench.send("click_id=\(click.id)&txid=5").status == 200)
    await bench.tenant.close()
  }

  @Test func whoseKeyCannotBeReadIsBelievedNothing() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    let secret = NetworkSecret.random()
    try await store(bench).rotate(PostbackBench.networkID, to: secret, of: bench.scope, in: bench.scope)
    let query = "click_id=\(click.id)"
    let blind = PostbackService(tail: bench.tail, clock: bench.clock)
    let hit = bench.hit("\(query)&sig=\(sign(query, secret.text))")
    #expect(try await blind.receive(hit, in: bench.scope) == .unauthorized)
    // Once the key can be read again, the hit counts.
    let entry = try #require(try await PostbackLogStore().find(hit.id, of: bench.scope))
    #expect(try await bench.service.again(entry, in: bench.scope) == .ended(.recorded(hit.id)))
    await bench.tenant.close()
  }
}
