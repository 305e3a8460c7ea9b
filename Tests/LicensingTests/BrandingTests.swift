import Core
import Testing

@testable import Licensing

@Suite struct BrandingTests {
  /// One pixel.
  static let png = [UInt8](
    hex: "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
      + "0000000d49444154789c6360f8cfc0000003010100c9fe92ef0000000049454e44ae426082")!

  private static var full: Branding {
    Branding(
      productName: "Acme Track", logo: BrandImage(png, for: .logo), favicon: BrandImage(png, for: .favicon),
      primary: BrandColor("#0a7"), link: BrandColor("#123456"),
      variables: [.light: [.background: "#fafafa", .radius: "12px"], .dark: [.background: "#101010"]],
      supportEmail: EmailAddress("help@acme.example"), supportURL: "https://acme.example/help",
      senderName: "Acme", hidesPoweredBy: true)
  }

  @Test func aBrandComesOutOfALeaseAsItWentIn() throws {
    let brand = Self.full
    #expect(brand.logo != nil && brand.favicon != nil)
    #expect(Branding(json: try JSONValue.parse(brand.json.utf8)) == brand)
  }

  @Test func whatCannotBeUsedIsLeftOut() {
    var object = Self.full.json.objectValue ?? [:]
    object["colors"] = ["primary": "red; } body { display: none", "link": 7]
    object["logo"] = ["type": "image/png", "data": .string(Array("<svg onload=alert(1)>".utf8).base64url)]
    object["css_variables"] = ["light": ["--ty-bg": "url(https://evil.example)", "--evil": "#fff"]]
    object["support_url"] = "javascript:alert(1)"
    object["sender_name"] = "Acme\r\nBcc: all@example.com"
    let brand = Branding(json: .object(object))
    #expect(brand?.primary == nil && brand?.link == nil && brand?.logo == nil && brand?.supportURL == nil)
    #expect(brand?.senderName == nil && brand?.variables.isEmpty == true && brand?.styleSheet == nil)
    object["product_name"] = "Acme\u{202E}"
    #expect(Branding(json: .object(object)) == nil)
  }

  @Test(arguments: [
    "#fff; } * { background: red", "#fff /*", "var(--x)", "red", "rgb(1,2,3)", "#12345", "#ggg", "", "ＦＦＦ", "#1234567",
  ])
  func noValueReachesTheStyleSheetButAColour(_ value: String) {
    for variable in BrandVariable.allCases where variable.isColor { #expect(variable.checked(value) == nil) }
  }

  @Test(arguments: ["12em", "25px", "-1px", "1 px", "99999999999999999999", "calc(1px)", "px", "1px;"])
  func noValueReachesTheStyleSheetButALength(_ value: String) {
    #expect(BrandVariable.radius.checked(value) == nil && BrandVariable.font.checked(value) == nil)
  }

  @Test func shadesStayReadableInLightAndDark() {
    let dark = BrandColor(red: 0x16, green: 0x1A, blue: 0x22)
    for text in ["#ffff00", "#ffffff", "#000000", "#2f4bd8", "#ff0000", "#00ff00", "#808080"] {
      let color = BrandColor(text)!
      #expect(color.readable(on: .white).contrast(with: .white) >= 4.5)
      #expect(color.readable(on: dark).contrast(with: dark) >= 4.5)
      #expect(color.contrast(with: color.readableText) >= 4.5)
    }
    #expect(BrandColor("#2f4bd8")!.readable(on: .white) == BrandColor("#2f4bd8"))
  }

  @Test func theStyleSheetHasOnlyDeclarations() throws {
    let sheet = try #require(Self.full.styleSheet)
    for line in sheet.split(separator: "\n") {
      #expect(line.wholeMatch(of: /[^{}]+ \{( --[a-z-]+: [#a-z0-9A-Z, -]+;)+ \}/) != nil, "\(line)")
    }
    #expect(sheet.contains("--ty-bg: #fafafa;") && sheet.contains("--tblr-border-radius: 12px;"))
  }

  @Test func aPictureIsWholeAndNothingElse() {
    let png = Self.png
    #expect(BrandImage(png, for: .logo)?.fileName.hasSuffix(".png") == true)
    #expect(BrandImage(png + Array("<script>".utf8), for: .logo) == nil)
    #expect(BrandImage(Array(png.dropLast()), for: .logo) == nil)
    #expect(BrandImage([], for: .logo) == nil)
    #expect(BrandImage(Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), for: .logo) == nil)
    #expect(BrandImage([0xFF, 0xD8, 0xFF, 0xD9], for: .logo) == nil)
    let icon = [0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 1, 0, 0, 0, 22, 0, 0, 0, 7].map { UInt8($0) }
    #expect(BrandImage(icon, for: .favicon)?.kind == .icon && BrandImage(icon, for: .logo) == nil)
    #expect(BrandImage(icon + [0], for: .favicon) == nil)
    var wide = png
    wide[18] = 0x10  // 4,096 pixels and one
    #expect(BrandImage(wide, for: .logo) == nil)
  }

  @Test func onlyALicenceWithTheFeatureShowsTheBrand() throws {
    let vendor = try Vendor()
    let now = Timestamp(seconds: 1_795_255_200)
    for (plan, isShown) in [(DocumentedPlan.enterprise, true), (.pro, false)] {
      var claims = vendor.claims(sequence: 1, plan: plan)
      claims.branding = Self.full
      let token = try LeaseSigner(vendor.ring).sign(claims)
      #expect(token.utf8.count < CompactJWS.maxLength)
      var state = LeaseState()
      _ = state.accept(try vendor.verifier.lease(token, fingerprint: "instance-1"), from: .network, at: now)
      #expect((state.standing(at: now).branding == Self.full) == isShown)
      // Stored and read again it is the same; after the grace it is gone.
      let stored = LeaseState(json: state.json, verifier: vendor.verifier, fingerprint: "instance-1")
      #expect((stored.standing(at: now).branding != nil) == isShown)
      #expect(stored.standing(at: now + .days(30)).branding == nil)
    }
  }
}
