import Core
import Testing

@Suite struct ByteTextTests {
  /// RFC 4648, section 10, without the padding.
  @Test(arguments: [
    ("", "", "", ""), ("f", "66", "Zg", "my"), ("fo", "666f", "Zm8", "mzxq"), ("foo", "666f6f", "Zm9v", "mzxw6"),
    ("foob", "666f6f62", "Zm9vYg", "mzxw6yq"), ("fooba", "666f6f6261", "Zm9vYmE", "mzxw6ytb"),
    ("foobar", "666f6f626172", "Zm9vYmFy", "mzxw6ytboi"),
  ])
  func theVectorsOfTheRFC(text: String, hex: String, base64url: String, base32: String) {
    let bytes = Array(text.utf8)
    #expect(bytes.hex == hex)
    #expect(bytes.base64url == base64url)
    #expect(bytes.base32 == base32)
    #expect([UInt8](hex: hex) == bytes)
    #expect([UInt8](base64url: base64url) == bytes)
  }

  @Test func base64urlUsesTheLettersThatURLsAllow() {
    #expect([0xFB, 0xFF, 0xFE].base64url == "-__-")
    #expect([UInt8](base64url: "-__-") == [0xFB, 0xFF, 0xFE])
  }

  @Test func bytesComeBackFromTheirText() {
    var generator = SeededGenerator(seed: 20)
    for length in 0..<200 {
      let bytes = generator.bytes(length)
      #expect([UInt8](hex: bytes.hex) == bytes)
      #expect([UInt8](hex: bytes.hex.uppercased()) == bytes)
      #expect([UInt8](base64url: bytes.base64url) == bytes)
      #expect(bytes.base32.utf8.count == (length * 8 + 4) / 5)
    }
  }

  @Test(arguments: [
    "Z", "Zh", "Zm9", "Zm9vZ", "Zm9vYh", "Zg==", "Zm8=", "Zm9v=", "Zm9v\n", " Zm9v", "Zm 9v", "+/+/", "Zm9v.", "Zm9vé",
    "A",
    "AB", "AAB", "Ａ",
  ])
  func onlyTheCanonicalBase64urlIsRead(text: String) { #expect([UInt8](base64url: text) == nil) }

  /// One signature, one token, one spelling: no two texts decode to the same bytes.
  @Test func everyAcceptedBase64urlIsTheOneThatWouldBeWritten() {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var accepted = 0
    for first in alphabet {
      for second in alphabet {
        let text = String(decoding: [first, second], as: UTF8.self)
        guard let bytes = [UInt8](base64url: text) else { continue }
        accepted += 1
        #expect(bytes.base64url == text)
      }
    }
    #expect(accepted == 256)
  }

  @Test(arguments: ["0", "abc", "0g", "0x", " 00", "00 ", "-1", "é", "００"])
  func anythingElseIsNoHex(text: String) { #expect([UInt8](hex: text) == nil) }

  @Test func randomBytesAreAsManyAsAskedForAndDiffer() {
    for count in [0, 1, 16, 33] { #expect(RandomBytes.make(count).count == count) }
    #expect(Set((0..<200).map { _ in RandomBytes.make(16) }).count == 200)
  }
}
