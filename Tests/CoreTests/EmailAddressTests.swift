import Core
import Testing

@Suite struct EmailAddressTests {
  @Test(arguments: [
    ("a@example.com", "a@example.com"), (" Ada.Lovelace@Example.COM\n", "ada.lovelace@example.com"),
    ("first+tag@sub.example.co.uk", "first+tag@sub.example.co.uk"), ("o'neil@example.com", "o'neil@example.com"),
    ("!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"), ("a@localhost", "a@localhost"),
    ("1@2.example", "1@2.example"), ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
    (String(repeating: "a", count: 64) + "@example.com", String(repeating: "a", count: 64) + "@example.com"),
  ])
  func addressesAreReadInLowerCase(text: String, address: String) {
    #expect(EmailAddress(text)?.description == address)
  }

  @Test(arguments: [
    "", "@", "a", "a@", "@example.com", "a@b@example.com", "a b@example.com", "a@exa mple.com", ".a@example.com",
    "a.@example.com", "a..b@example.com", "a@.example.com", "a@example.com.", "a@example..com", "a@-example.com",
    "a@example-.com", "a@exam_ple.com", "a@intranet", "\"a b\"@example.com", "a@[127.0.0.1]", "Ada <a@example.com>",
    "a@example.com,b@example.com", "a@example.com\r\nBcc: b@example.com", "a\u{0}@example.com", "ä@example.com",
    "a@bücher.example", "\u{212A}ate@example.com", "a@\u{212A}elvin.example", "a\u{200B}@example.com",
    "a(b)@example.com",
    "a@example.com\u{0}", "a＠example.com",
  ])
  func anythingElseIsRefused(text: String) { #expect(EmailAddress(text) == nil) }

  @Test func lengthsAreThoseOfRFC5321() {
    let label = String(repeating: "b", count: 63)
    #expect(EmailAddress(String(repeating: "a", count: 65) + "@example.com") == nil)
    #expect(EmailAddress("a@\(label).\(label).\(label).example") != nil)
    #expect(EmailAddress("a@\(label)b.example") == nil)
    let longest = "\(String(repeating: "a", count: 54))@\(label).\(label).\(label).example"
    #expect(longest.utf8.count == 254)
    #expect(EmailAddress(longest) != nil)
    #expect(EmailAddress("a" + longest) == nil)
  }

  @Test func twoSpellingsAreOneAccount() { #expect(EmailAddress("A@Example.com") == EmailAddress("a@example.COM ")) }
}

@Suite struct HostnameTests {
  @Test(arguments: [
    "example.com", "EXAMPLE.com", "localhost", "a", "a-b.c-d", "1.example", "xn--bcher-kva.example", "127.0.0.1",
    String(repeating: "a", count: 63),
  ])
  func namesOfRFC1123Pass(name: String) { #expect(Hostname.isValid(name)) }

  @Test(arguments: [
    "", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a_b", "a b", "a/b", "a:1", "bücher.example", "a\u{0}", "[::1]",
    "*",
    "@", "a\n", "{", "\u{1}", String(repeating: "a", count: 64), String(repeating: "a.", count: 127) + "a",
  ])
  func anythingElseIsNoName(name: String) { #expect(!Hostname.isValid(name)) }

  @Test func aNameHas253CharactersAtMost() {
    let name = String(repeating: "a.", count: 126) + "a"
    #expect(name.utf8.count == 253)
    #expect(Hostname.isValid(name))
    #expect(!Hostname.isValid(name + "b"))
  }
}
