import ClickPath
import Testing

@testable import UserAgents

@Suite struct DeviceTypeTests {
  private static let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0"
  private static let webKit = "AppleWebKit/605.1.15 (KHTML, like Gecko)"

  /// Agents as they are sent today, and some that are long gone but still in every log.
  private static let agents: [(DeviceType?, String)] = [
    (.desktop, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(chrome) Safari/537.36"),
    (.desktop, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(chrome) Safari/537.36 Edg/138.0.0.0"),
    (.desktop, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(chrome) Safari/537.36 OPR/120.0.0.0"),
    (.desktop, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    (.desktop, "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; Touch; Tablet PC 2.0; rv:11.0) like Gecko"),
    (.desktop, "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; TabletPC 2.0)"),
    (.desktop, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) \(chrome) Safari/537.36"),
    // An iPad that asks for desktop sites sends the same.
    (.desktop, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) \(webKit) Version/18.5 Safari/605.1.15"),
    (.desktop, "Mozilla/5.0 (X11; Linux x86_64) \(chrome) Safari/537.36"),
    (.desktop, "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    (.desktop, "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) \(chrome) Safari/537.36"),
    (.desktop, "Mozilla/5.0 (X11; FreeBSD amd64; rv:128.0) Gecko/20100101 Firefox/128.0"),
    (
      .mobile,
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) \(webKit) Version/18.5 Mobile/15E148 Safari/604.1"
    ),
    (
      .mobile,
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) \(webKit) CriOS/138.0.7204.119 Mobile/15E148 Safari/604.1"
    ),
    (
      .mobile,
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) \(webKit) Mobile/15E148 [FBAN/FBIOS;FBAV/468.0.0.31.105;FBDV/iPhone14,5]"
    ),
    (
      .mobile,
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) \(webKit) Mobile/15E148 Instagram 335.0.8.22.90 (iPhone14,2; iOS 17_5)"
    ),
    (
      .mobile,
      "Mozilla/5.0 (iPod touch; CPU iPhone OS 12_5 like Mac OS X) \(webKit) Version/12.1 Mobile/15E148 Safari/604.1"
    ),
    (.mobile, "Mozilla/5.0 (Linux; Android 10; K) \(chrome) Mobile Safari/537.36"),
    (.mobile, "Mozilla/5.0 (Linux; Android 14; SM-S918B) \(chrome) Mobile Safari/537.36"),
    (
      .mobile,
      "Mozilla/5.0 (Linux; Android 13; 2201116SG Build/TKQ1) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/138.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/468.0.0.0;]"
    ),
    (
      .mobile,
      "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
    ),
    (.mobile, "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"),
    (
      .mobile,
      "Mozilla/5.0 (Linux; U; Android 12; en-US; CPH2239 Build/RKQ1) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0 UCBrowser/13.4.0 Mobile Safari/537.36"
    ),
    (.mobile, "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) \(chrome) Mobile Safari/537.36"),
    (.mobile, "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) Presto/2.12.423 Version/12.16"),
    (.mobile, "Dalvik/2.1.0 (Linux; U; Android 13; SM-G991B Build/TP1A.220624.014)"),
    (.mobile, "Mozilla/5.0 (Mobile; Nokia_2720_Flip; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5.2"),
    (
      .mobile,
      "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063"
    ),
    (
      .mobile,
      "Mozilla/5.0 (BB10; Touch) AppleWebKit/537.10+ (KHTML, like Gecko) Version/10.0.9.2372 Mobile Safari/537.10+"
    ),
    (.mobile, "BlackBerry9700/5.0.0.351 Profile/MIDP-2.1 Configuration/CLDC-1.1 VendorID/123"),
    (
      .mobile,
      "Mozilla/5.0 (SymbianOS/9.4; Series60/5.0 NokiaN97-1/10.0.012) AppleWebKit/525 (KHTML, like Gecko) Safari/525"
    ),
    (
      .mobile,
      "Mozilla/5.0 (Linux; Tizen 2.3; SAMSUNG SM-Z130H) AppleWebKit/537.3 (KHTML, like Gecko) SamsungBrowser/1.0 Mobile Safari/537.3"
    ),
    (.mobile, "App/1.0.0 CFNetwork/1408.0.4 Darwin/22.5.0"), (.mobile, "SAMSUNG-SGH-E250"),
    (.tablet, "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) \(webKit) Version/17.5 Mobile/15E148 Safari/604.1"),
    (
      .tablet, "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) \(webKit) CriOS/138.0.7204.119 Mobile/15E148 Safari/604.1"
    ),
    (.tablet, "Mozilla/5.0 (Linux; Android 10; K) \(chrome) Safari/537.36"),
    (.tablet, "Mozilla/5.0 (Linux; Android 13; SM-X710) \(chrome) Safari/537.36"),
    (
      .tablet,
      "Mozilla/5.0 (Linux; Android 9; SM-T585) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0 Mobile Safari/537.36"
    ),
    (.tablet, "Mozilla/5.0 (Android 13; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0"),
    (
      .tablet,
      "Mozilla/5.0 (Linux; Android 9; KFMAWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/138.1.3 like Chrome/138.0.0.0 Safari/537.36"
    ),
    (
      .tablet,
      "Mozilla/5.0 (Linux; U; Android 4.0.3; en-us; KFTT Build/IML74K) AppleWebKit/535.19 (KHTML, like Gecko) Silk/3.4 Mobile Safari/535.19 Silk-Accelerated=true"
    ),
    (
      .tablet,
      "Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10_6_3; en-us; Silk/1.0.13.81_10003810) AppleWebKit/533.16 (KHTML, like Gecko) Version/5.0 Safari/533.16 Silk-Accelerated=true"
    ),
    (
      .tablet,
      "Mozilla/5.0 (X11; U; Linux armv7l like Android; en-us) AppleWebKit/531.2+ (KHTML, like Gecko) Version/5.0 Safari/533.2+ Kindle/3.0+"
    ),
    (
      .tablet,
      "Mozilla/5.0 (PlayBook; U; RIM Tablet OS 2.1.0; en-US) AppleWebKit/536.2+ (KHTML, like Gecko) Version/7.2.1.0 Safari/536.2+"
    ),
    (.tablet, "Mozilla/5.0 (Linux; Android 4.4.2; Nexus 7 Build/KOT49H) \(chrome) Safari/537.36"),
    (
      .tv,
      "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36"
    ),
    (
      .tv,
      "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/87.0.4280.88 Safari/537.36 WebAppManager"
    ),
    (.tv, "Mozilla/5.0 (Linux; Android 11; BRAVIA 4K VH2) \(chrome) Safari/537.36"),
    (
      .tv,
      "Mozilla/5.0 (Linux; Android 7.1.2; AFTMM Build/NS6281) AppleWebKit/537.36 (KHTML, like Gecko) Silk/110.6.2 like Chrome/110 Safari/537.36"
    ),
    (
      .tv,
      "Mozilla/5.0 (Linux; Android 12.0; Build/STTL.240508.005) \(chrome) Safari/537.36 CrKey/1.56.500000 DeviceType/AndroidTV"
    ),
    (.tv, "Mozilla/5.0 (X11; Linux armv7l) \(chrome) Safari/537.36 CrKey/1.54.250320"),
    (.tv, "AppleTV11,1/17.5"), (.tv, "AppleCoreMedia/1.0.0.21L569 (Apple TV; U; CPU OS 17_5 like Mac OS X; en_us)"),
    (.tv, "Roku/DVP-12.0 (12.0.0.4182-88)"),
    (
      .tv,
      "Mozilla/5.0 (Linux; U; HbbTV/1.4.1 (+DRM; VESTEL; MB181; 1.0; ;)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0"
    ),
    (.tv, "Mozilla/5.0 (Linux; Android 9; MiTV-AXSO0) \(chrome) Safari/537.36"),
    (.console, "Mozilla/5.0 (PlayStation; PlayStation 5/8.60) \(webKit) Version/13.0 Safari/605.1.15"),
    (.console, "Mozilla/5.0 (PlayStation 4 11.00) AppleWebKit/605.1.15 (KHTML, like Gecko)"),
    (.console, "Mozilla/5.0 (PlayStation Vita 3.61) AppleWebKit/537.73 (KHTML, like Gecko) Silk/3.2"),
    (.console, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) \(chrome) Safari/537.36 Edge/20.02"),
    (
      .console,
      "Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.3.15.4 NintendoBrowser/5.1.0.22474"
    ),
    (
      .console,
      "Mozilla/5.0 (Nintendo WiiU) AppleWebKit/536.30 (KHTML, like Gecko) NX/3.0.4.2.12 NintendoBrowser/4.3.1.11264.US"
    ),
    (.wearable, "atc/1.0 watchOS/5.1.3 model/Watch3,4 hwp/t8004 build/16S535 (6; dt:156)"),
    (.wearable, "AppleCoreMedia/1.0.0.16R5303d (Apple Watch; U; CPU OS 5_0 like Mac OS X; en_au)"),
    (
      .wearable,
      "Mozilla/5.0 (X11; Linux x86_64; Quest 3) AppleWebKit/537.36 (KHTML, like Gecko) OculusBrowser/37.0 Chrome/132.0 VR Safari/537.36"
    ),
    (.car, "Mozilla/5.0 (X11; GNU/Linux) AppleWebKit/601.1 (KHTML, like Gecko) Tesla QtCarBrowser Safari/601.1"),
    (
      .car,
      "Mozilla/5.0 (X11; GNU/Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chromium/79.0.3945.130 Chrome/79.0 Safari/537.36 Tesla/2020.16.2.1"
    ),
    (
      .bot,
      "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) \(chrome) Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    ),
    (.bot, "curl/8.9.1"), (nil, "Lynx/2.8.9rel.1 libwww-FM/2.14 SSL-MM/1.4.1"), (nil, "Mozilla/5.0"), (nil, ""),
  ]

  @Test(arguments: agents)
  func aDeviceIsToldByItsAgent(_ device: DeviceType?, _ agent: String) throws {
    #expect(try UAPCore.parser().parse(agent).device == device)
  }

  @Test func mostAreToldWithoutPatternsToo() {
    let parser = UserAgentParser(patterns: nil)
    let differing = Self.agents.filter { parser.parse($0.1).device != $0.0 }.map(\.1)
    #expect(differing.count <= 2, "\(differing)")
  }

  @Test func theNamesAreThoseOfFlowsAndReports() {
    #expect(
      DeviceType.allCases.map(\.rawValue) == [
        "Desktop", "Mobile", "Tablet", "TV", "Console", "Wearable", "Car", "Bot",
      ])
  }
}
