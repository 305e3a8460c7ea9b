import Core
import Testing

@Suite struct IPAddressScopeTests {
  /// First and last addresses of IANA's special-purpose registries for IPv4 and IPv6, and IPv4 in IPv6 clothes.
  @Test(arguments: [
    "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
    "127.255.255.255", "169.254.0.0", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.8", "192.0.2.1",
    "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.7", "203.0.113.7",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::808:808",
    "::ffff:127.0.0.1", "::ffff:10.1.2.3", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::",
    "64:ff9b:1:ffff::8.8.8.8",
    "100::1", "100:0:0:1::1", "2001::1", "2001:1ff:ffff::", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1",
    "2002:c0a8:101::1", "3fff::1", "3fff:fff:ffff::", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "febf::1",
    "fec0::1",
    "ff00::1", "ff02::1",
  ])
  func whatTheInternetMustNotReachIsPrivate(text: String) throws {
    #expect(try #require(IPAddress(text)).isPrivate)
  }

  @Test(arguments: [
    "1.0.0.0", "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0",
    "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
    "64:ff9b::8.8.8.8", "64:ff9a::1", "2001:200::1", "2001:4860:4860::8888", "2002:808:808::1", "2400::1",
    "2606:4700::1111",
    "2a00:1450::1", "3ffe::1", "4000::1", "fbff::1",
  ])
  func theRestIsPublic(text: String) throws { #expect(try !#require(IPAddress(text)).isPrivate) }

  @Test(arguments: [
    ("192.0.2.77", "192.0.2.0"), ("10.1.2.0", "10.1.2.0"), ("255.255.255.255", "255.255.255.0"),
    ("::ffff:192.0.2.77", "192.0.2.0"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"), ("::1", "::"),
    ("ffff:ffff:ffff:ffff::", "ffff:ffff:ffff::"),
  ])
  func anonymizingKeepsTheNetworkOnly(text: String, anonymized: String) throws {
    let address = try #require(IPAddress(text)).anonymized
    #expect(address.description == anonymized)
    #expect(address.anonymized == address)
  }
}
