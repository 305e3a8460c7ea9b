import Core
import Testing

@testable import TenantTracker

/// Names, lengths and pointers of a name server's answer; anything wrong in it is refused, nothing traps.
@Suite struct DNSMessageTests {
  private static func question(_ type: DNSRecordType = .txt) throws -> DNSQuestion {
    try DNSQuestion("_trackily.Track.example.com.", type)
  }

  /// An answer with one record after the question.
  private static func reply(
    flags: [UInt8] = [0x81, 0x80], type: DNSRecordType = .txt, answers: UInt8 = 1, _ record: [UInt8]
  ) throws -> [UInt8] {
    var bytes = try question(type).encoded(id: 7)
    bytes.replaceSubrange(2..<4, with: flags)
    bytes[7] = answers
    return bytes + record
  }

  /// Name by pointer to the question, class IN, an hour.
  private static func record(_ type: DNSRecordType, _ data: [UInt8]) -> [UInt8] {
    [0xC0, 12, 0, UInt8(type.rawValue), 0, 1, 0, 0, 14, 16, UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
  }

  private static func read(_ bytes: [UInt8], _ type: DNSRecordType = .txt) throws -> DNSReply {
    try DNSReply(bytes, to: question(type), id: 7)
  }

  @Test func aQuestionIsWrittenAsRFC1035Has() throws {
    let bytes = try DNSQuestion("a.bc", .aaaa).encoded(id: 0x1234)
    #expect(bytes == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 2, 98, 99, 0, 0, 28, 0, 1])
  }

  @Test(arguments: ["", ".", "a..b", "a b", "ex\u{e4}mple.com", String(repeating: "a", count: 64) + ".com"])
  func whatIsNoNameIsNotAsked(_ name: String) {
    #expect(throws: DNSFailure.invalidName) { try DNSQuestion(name, .a) }
  }

  @Test func textsOfSeveralStringsBelongTogether() throws {
    let data: [UInt8] = [3] + Array("abc".utf8) + [2] + Array("de".utf8)
    let reply = try Self.read(Self.reply(Self.record(.txt, data)))
    #expect(reply.answer.texts == ["abcde"])
    #expect(reply.answer.records.first?.owner == "_trackily.track.example.com")
  }

  @Test func addressesAndAliasesAreRead() throws {
    let target: [UInt8] = [3] + Array("Cdn".utf8) + [0xC0, 22]  // "example.com" within the question
    let bytes = try Self.reply(
      type: .a, answers: 2,
      Self.record(.cname, target) + Self.record(.a, [203, 0, 113, 7]))
    let answer = try Self.read(bytes, .a).answer
    #expect(answer.addresses == [IPAddress("203.0.113.7")])
    #expect(answer.aliases(of: "_trackily.track.example.com") == ["cdn.track.example.com"])
  }

  @Test func aNameThatDoesNotExistIsAnAnswer() throws {
    let reply = try Self.read(Self.reply(flags: [0x81, 0x83], answers: 0, []))
    #expect(reply.answer == .noSuchName)
  }

  @Test func aServerThatFailsIsNoAnswer() throws {
    let bytes = try Self.reply(flags: [0x81, 0x82], answers: 0, [])
    #expect(throws: DNSFailure.refused(code: 2)) { try Self.read(bytes) }
  }

  @Test func aTruncatedAnswerSaysSo() throws {
    #expect(try Self.read(Self.reply(flags: [0x83, 0x80], answers: 1, [])).isTruncated)
  }

  @Test func answersToOthersAreRefused() throws {
    let good = try Self.reply(Self.record(.txt, [1, 97]))
    #expect(throws: DNSFailure.malformed) { try DNSReply(good, to: Self.question(.a), id: 7) }
    #expect(throws: DNSFailure.malformed) { try DNSReply(good, to: Self.question(), id: 8) }
    #expect(throws: DNSFailure.malformed) { try DNSReply(good, to: DNSQuestion("example.com", .txt), id: 7) }
    var query = good
    query[2] = 0x01
    #expect(throws: DNSFailure.malformed) { try Self.read(query) }
  }

  @Test func circlesLengthsAndCountsThatLieAreRefused() throws {
    for record: [UInt8] in [
      [0xC0, 50] + Self.record(.txt, [1, 97]).dropFirst(2),  // a pointer forward
      [0xC0, 0] + Self.record(.txt, [1, 97]).dropFirst(2),  // into the header
      Self.record(.txt, [5, 97]),  // a string longer than its record
      Self.record(.a, [1, 2, 3]),  // an address of three bytes
      Self.record(.cname, [0xC0]),  // half a pointer
      Self.record(.cname, [0x40, 0]),  // a label of a kind there is not
      Self.record(.ns, [1, 97, 0, 9]),  // more than the name
      Array(Self.record(.txt, [1, 97]).dropLast()),  // cut off
      [],  // fewer records than announced
    ] {
      let bytes = try Self.reply(record)
      #expect(throws: DNSFailure.malformed, "\(record)") { try Self.read(bytes) }
    }
  }

  @Test func everyPrefixOfAnAnswerIsRefusedOrRead() throws {
    let whole = try Self.reply(Self.record(.txt, [3, 97, 98, 99]))
    for count in 0..<whole.count { #expect(throws: DNSFailure.self) { try Self.read(Array(whole.prefix(count))) } }
    #expect(try Self.read(whole).answer.texts == ["abc"])
  }

  @Test func garbageNeverTraps() throws {
    var generator = SystemRandomNumberGenerator()
    let whole = try Self.reply(Self.record(.cname, [1, 97, 0xC0, 12]))
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 4..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? Self.read(bytes)
    }
  }

  @Test(arguments: [
    ("192.0.2.53", "192.0.2.53", UInt16(53)), ("192.0.2.53:5353", "192.0.2.53", 5353),
    ("2001:db8::53", "2001:db8::53", 53),
    ("[2001:db8::53]:5353", "2001:db8::53", 5353),
  ])
  func aServerIsAnAddressWithOrWithoutPort(_ text: String, _ address: String, _ port: UInt16) {
    let server = DNSServer(text)
    #expect(server?.address == IPAddress(address) && server?.port == port)
  }

  @Test(arguments: ["", "ns.example.com", "192.0.2.53:0", "192.0.2.53:70000", "192.0.2.53:x", ":53"])
  func anythingElseIsNoServer(_ text: String) { #expect(DNSServer(text) == nil) }

  @Test(arguments: [
    ("ada.ns.cloudflare.com", "Cloudflare"), ("ns-1536.awsdns-00.co.uk", "Route 53"), ("ns1-03.azure-dns.com", "Azure"),
    ("ns-cloud-a1.googledomains.com", "Google"), ("ns37.domaincontrol.com", "GoDaddy"),
    ("dns1.registrar-servers.com", "Namecheap"), ("hydrogen.ns.hetzner.com", "Hetzner"), ("dns200.anycast.me", "OVH"),
    ("ns1.digitalocean.com", "DigitalOcean"), ("ns-12-a.gandi.net", "Gandi"), ("maceio.ns.porkbun.com", "Porkbun"),
    ("ns1.vercel-dns.com", "Vercel"), ("dns1.p01.nsone.net", "Netlify or NS1"), ("ns2.dnsimple-edge.net", "DNSimple"),
  ])
  func providersAreKnownByTheirServers(_ server: String, _ provider: String) {
    #expect(DNSProvider.name(ofServers: ["ns.nobody.example", server.uppercased()]) == provider)
  }

  @Test func strangersAreNobody() {
    #expect(DNSProvider.name(ofServers: ["ns1.notcloudflare.com", "ns1.example.net"]) == nil)
    #expect(DNSProvider.name(ofServers: []) == nil)
  }
}
