/// The link that signs a customer in to the portal.
struct SignInMail: MailTemplate {
  static let kind = "sign_in"
  static let purpose = "When somebody asks for a sign-in link"
  static let sample = SignInMail()
  static let isOncePerRecipient = true

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "Sign in to \(brand.productName)",
      paragraphs: ["Use this link to sign in to your \(brand.productName) portal."], button: .signIn("Sign in"))
  }
}
