import Core
import Security
import Testing

@Suite struct PasswordPolicyTests {
  private let policy = PasswordPolicy()

  @Test(arguments: [
    "Str0ng-Passw0rd!", "test-password-1", "new-password-123456", "correct horse battery staple", "admin-password-2026",
    "Tr0ub4dor&3-and-more", "the quick brown fox", "mañana será otro día", "密码是一个很长的短语哦对吗", "x7Kq!vR2mZ9p",
    "purple-monkey-dishwasher", "Viewer-pass-2026", "manager-secret-one",
  ])
  func takesPassphrases(password: String) { #expect(policy.refusal(of: password) == nil) }

  @Test func lengthIsCountedInCharacters() {
    #expect(policy.refusal(of: "short-pass1")?.code == "too_short")
    #expect(policy.refusal(of: "äöüßÄÖÜéèêñç") == nil)
    #expect(policy.refusal(of: "")?.message == "must have at least 12 characters")
    let longest = String((0..<256).map { Character(UnicodeScalar(UInt8(33 + ($0 * 37) % 90))) })
    #expect(policy.refusal(of: longest) == nil)
    #expect(policy.refusal(of: longest + "z")?.code == "too_long")
    #expect(policy.refusal(of: String(repeating: "e\u{301}\u{301}\u{301}\u{301}", count: 256))?.code == "too_long")
  }

  @Test(arguments: [
    "password1234", "Password1234", "P@ssw0rd1234", "passwordpassword", "123456789012", "1234567890123456",
    "abcdefghijkl",
    "zyxwvutsrqpo", "qwertyuiop12", "qwertyuiopasdf", "aaaaaaaaaaaa", "abcabcabcabc", "12341234123412", "1qaz2wsx3edc",
    "Welcome12345", "Welcome2024!!", "letmein123456", "iloveyou12345", "administrator", "Administrator1!",
    "trackily12345",
    "changeme12345", "qwerty123456", "!!!Admin1234!!!", "098765432109", "Summer2026!!", "monkeymonkey", "contraseña123",
  ])
  func refusesWhatIsTriedFirst(password: String) { #expect(policy.refusal(of: password)?.code == "too_common") }

  @Test func refusesTheOwnersAddress() throws {
    let email = try #require(EmailAddress("maria.smith@example.com"))
    #expect(policy.refusal(of: "maria.smith@example.com", email: email)?.code == "contains_email")
    #expect(policy.refusal(of: "Maria.Smith2026", email: email)?.code == "contains_email")
    #expect(policy.refusal(of: "maria.smith likes long walks", email: email) == nil)
    #expect(policy.refusal(of: "Maria.Smith2026") == nil)
  }
}
