import Core
import Testing

@Suite struct TrustedProxiesTests {
  private let proxies = TrustedProxies(list: "127.0.0.1/32, ::1/128 ,10.0.0.0/8,")

  private func client(peer: String, _ forwardedFor: String?) throws -> String {
    try #require(proxies).clientAddress(peer: #require(IPAddress(peer)), forwardedFor: forwardedFor).description
  }

  @Test(arguments: [
    // Nobody trusted sent it: whatever it says is the visitor's own invention.
    ("198.51.100.7", "203.0.113.9", "198.51.100.7"), ("198.51.100.7", "127.0.0.1", "198.51.100.7"),
    ("198.51.100.7", nil, "198.51.100.7"),
    // One proxy: its own entry is the right-most, what stands before came from outside.
    ("127.0.0.1", "203.0.113.9", "203.0.113.9"), ("127.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
    ("127.0.0.1", "10.0.0.1, 127.0.0.1, 203.0.113.9", "203.0.113.9"),
    ("::1", "2001:db8::7", "2001:db8::7"), ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
    // Two proxies.
    ("127.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.5", "203.0.113.9"),
    ("127.0.0.1", "203.0.113.9,10.0.0.5,10.0.0.6", "203.0.113.9"),
    // All of them trusted: the first is the client.
    ("127.0.0.1", "10.0.0.7", "10.0.0.7"), ("127.0.0.1", "10.0.0.7, 10.0.0.8", "10.0.0.7"),
    // Nothing there.
    ("127.0.0.1", nil, "127.0.0.1"), ("127.0.0.1", "", "127.0.0.1"), ("127.0.0.1", " , ,", "127.0.0.1"),
  ])
  func theClientIsTheRightMostUntrustedEntry(peer: String, forwardedFor: String?, client: String) throws {
    #expect(try self.client(peer: peer, forwardedFor) == client)
  }

  @Test(arguments: [
    ("203.0.113.9:51234", "203.0.113.9"), ("[2001:db8::7]", "2001:db8::7"), ("[2001:db8::7]:443", "2001:db8::7"),
    ("2001:db8::7", "2001:db8::7"), ("2001:db8::7:443", "2001:db8::7:443"),
    ("1.2.3.4, [::1]:80, 10.0.0.1:80", "1.2.3.4"),
    ("\t203.0.113.9 ", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"),
  ])
  func portsAndBracketsAreUnderstood(forwardedFor: String, client: String) throws {
    #expect(try self.client(peer: "127.0.0.1", forwardedFor) == client)
  }

  @Test(arguments: [
    "unknown", "_hidden", "203.0.113.9.1", "203.0.113.9:", "203.0.113.9:http", "203.0.113.9:80:80", "[203.0.113.9",
    "[2001:db8::7", "[2001:db8::7]x", "[2001:db8::7]:", "2001:db8:::443", "2001:db8::zz", "203.0.113.9 198.51.100.1",
    "\"203.0.113.9\"", "for=203.0.113.9", "[]", "[]:80", ":", ":80",
  ])
  func anEntryThatIsNoAddressEndsTheWalk(entry: String) throws {
    #expect(try client(peer: "127.0.0.1", entry) == "127.0.0.1")
    #expect(try client(peer: "127.0.0.1", "203.0.113.9, \(entry)") == "127.0.0.1")
    #expect(try client(peer: "127.0.0.1", "203.0.113.9, \(entry), 10.0.0.9") == "10.0.0.9")
    #expect(try client(peer: "127.0.0.1", "\(entry), 203.0.113.9") == "203.0.113.9")
  }

  @Test func whatAVisitorPutsInFrontChangesNothing() throws {
    var generator = SeededGenerator(seed: 18)
    for _ in 0..<300 {
      let spoofed = (0..<generator.number(0...4)).map { _ in
        generator.number(0...1) == 0 ? generator.address().description : generator.oddText(upTo: 8)
      }
      let forwardedFor = (spoofed + ["203.0.113.9"]).joined(separator: ", ")
      #expect(try client(peer: "127.0.0.1", forwardedFor) == "203.0.113.9", "\(forwardedFor)")
    }
  }

  @Test func withoutProxiesThePeerIsTheClient() throws {
    let peer = try #require(IPAddress("127.0.0.1"))
    #expect(TrustedProxies([]).clientAddress(peer: peer, forwardedFor: "203.0.113.9") == peer)
  }

  @Test func aListIsReadWholeOrNotAtAll() throws {
    let list = try #require(TrustedProxies(list: "10.0.0.0/8, 2001:db8::/32"))
    #expect(list.contains(try #require(IPAddress("10.1.1.1"))))
    #expect(list.contains(try #require(IPAddress("2001:db8::1"))))
    #expect(!list.contains(try #require(IPAddress("11.1.1.1"))))
    #expect(TrustedProxies(list: "") != nil)
    for wrong in ["10.0.0.0/8, nonsense", "10.0.0.0/33", "10.0.0.0/8;127.0.0.1"] {
      #expect(TrustedProxies(list: wrong) == nil)
    }
  }
}
