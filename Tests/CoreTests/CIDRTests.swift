import Core
import Testing

@Suite struct CIDRTests {
  @Test(arguments: [
    ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"), ("10.1.2.3/8", "10.0.0.0", "9.255.255.255"),
    ("192.168.1.128/25", "192.168.1.128", "192.168.1.127"), ("192.168.1.7", "192.168.1.7", "192.168.1.6"),
    ("192.168.1.7/32", "192.168.1.7", "192.168.1.8"), ("192.168.1.0/31", "192.168.1.1", "192.168.1.2"),
    ("0.0.0.0/0", "255.255.255.255", "2001:db8::1"), ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
    ("2001:db8::/64", "2001:db8::ffff", "2001:db8:0:1::"), ("2001:db8::/65", "2001:db8::1", "2001:db8::8000:0:0:0"),
    ("2001:db8::1", "2001:db8::1", "2001:db8::2"), ("fe80::/10", "febf::1", "fec0::1"),
    ("::ffff:10.0.0.0/104", "10.9.9.9", "11.0.0.0"), ("::1/128", "::1", "::2"), ("::/1", "7fff::1", "8000::"),
  ])
  func aRangeHoldsItsOwnAndNothingElse(range: String, inside: String, outside: String) throws {
    let cidr = try #require(CIDR(range))
    #expect(cidr.contains(try #require(IPAddress(inside))))
    #expect(try !cidr.contains(#require(IPAddress(outside))))
  }

  @Test(arguments: [
    "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/8 ", "10.0.0/8",
    "10.0.0.0/255.0.0.0", "::/129", "::1/", "fe80::%eth0/64", "10.0.0.0/99999999999999999999", "10.0.0.0/８", "any",
  ])
  func anythingElseIsRefused(text: String) { #expect(CIDR(text) == nil) }

  @Test(arguments: [
    ("10.0.0.0/8", "10.0.0.0/8"), ("10.1.2.3/8", "10.0.0.0/8"), ("10.1.2.3", "10.1.2.3/32"),
    ("2001:DB8::1/32", "2001:db8::/32"), ("::1", "::1/128"), ("::ffff:10.1.2.3/104", "10.0.0.0/8"),
    ("::ffff:10.1.2.3", "10.1.2.3/32"), ("::ffff:10.1.2.3/64", "::/64"), ("::/0", "::/0"), ("0.0.0.0/0", "0.0.0.0/0"),
  ])
  func aRangeIsWrittenByItsFirstAddress(text: String, canonical: String) throws {
    let cidr = try #require(CIDR(text))
    #expect(cidr.description == canonical)
    #expect(CIDR(canonical) == cidr)
  }

  /// Against the definition: the first `prefix` bits are the same.
  @Test func containmentComparesThePrefix() throws {
    var generator = SeededGenerator(seed: 17)
    for _ in 0..<1_000 {
      let base = generator.address()
      let width = base.isV4 ? 32 : 128
      let prefix = generator.number(0...width)
      let cidr = try #require(CIDR("\(base)/\(prefix)"))
      var bytes = base.bytes
      let flipped = generator.number(0...width - 1)
      bytes[flipped / 8] ^= 0x80 >> UInt8(flipped % 8)
      let other = try #require(IPAddress(bytes: bytes))
      #expect(cidr.contains(base))
      #expect(cidr.contains(other) == (flipped >= prefix), "\(cidr) \(other)")
      #expect(CIDR(cidr.description) == cidr)
    }
  }
}
