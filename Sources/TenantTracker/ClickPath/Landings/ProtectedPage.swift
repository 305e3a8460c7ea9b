import Core

/// A protected landing on its way: the page is inside as Base64, and a script writes it out once the browser has shown
/// no sign of a spy. That happens while the document is read, before anything is painted, so nobody sees a flash. Without
/// JavaScript there is a line that asks for it: whoever fetches the page without running it gets nothing to copy.
enum ProtectedPage {
  /// - Parameters:
  ///   - doctype: the page's own, so that it stays in its mode.
  ///   - signs: weak ones that the request has shown already.
  static func wrap(_ page: [UInt8], doctype: [UInt8]?, click: [UInt8]?, signs: [SpySign]) -> [UInt8] {
    var document: [UInt8] = []
    document.reserveCapacity(page.count * 4 / 3 + source.utf8CodeUnitCount + 1_024)
    document.append(contentsOf: doctype ?? [])
    document.append(contentsOf: source.bytes)
    document.append(contentsOf: "(window,document,navigator,\"".utf8)
    document.append(contentsOf: click ?? [])
    document.append(contentsOf: "\",[".utf8)
    for (index, sign) in signs.enumerated() {
      document.append(contentsOf: "\(index > 0 ? "," : "")\"\(sign.rawValue)\"".utf8)
    }
    document.append(contentsOf: "],\"".utf8)
    append(base64: page, to: &document)
    document.append(contentsOf: "\")</script><noscript><p>This page needs JavaScript.</p></noscript>".utf8)
    return document
  }

  /// `S` collects strong signs, `W` weak ones. Phones and tablets have neither plugins nor windows, so those are asked of
  /// desktops alone. The permissions answer later; that is waited for only when it could matter.
  private static let source: StaticString = """
    <script>(function(w,d,n,c,W,p){var S=[],a=n.userAgent||"",m=/Mobi|Android|iPhone|iPad/.test(a)||\
    n.maxTouchPoints>1&&/Macintosh/.test(a),g=["_phantom","callPhantom","__nightmare","_selenium","callSelenium",\
    "_Selenium_IDE_Recorder","__selenium_unwrapped","__selenium_evaluate","__webdriver_evaluate","__driver_evaluate",\
    "__webdriver_script_fn","__webdriver_script_func","__fxdriver_evaluate","domAutomation","domAutomationController",\
    "Cypress","__playwright__binding__","__pwInitScripts","__puppeteer_evaluation_script__"],i,k;\
    if(n.webdriver||d.documentElement&&d.documentElement.getAttribute("webdriver"))S.push("webdriver");\
    for(i=0;i<g.length;i++)if(g[i]in w||g[i]in d){S.push("automation");break}\
    for(k in d)if(/^\\$?cdc_|^\\$wdc_/.test(k)){S.push("automation");break}\
    if(!m){if(n.plugins&&n.plugins.length===0)W.push("no_plugins");\
    if(!d.prerendering&&w.outerWidth===0&&w.outerHeight===0)W.push("no_window");\
    if(/Chrome\\//.test(a)&&!w.chrome)W.push("no_chrome")}\
    function h(){var b=atob(p),x=new Uint8Array(b.length),j;for(j=0;j<b.length;j++)x[j]=b.charCodeAt(j);\
    return w.TextDecoder?new TextDecoder().decode(x):decodeURIComponent(escape(b))}\
    function z(late){var no=S.length>0||W.length>1,t=no?"<title>Access Denied</title><h1>Access Denied</h1>\
    <p>You don\\u2019t have permission to see this page.</p>":h();if(no&&c){\
    var u=location.protocol+"//"+location.host+"/api/denied",b=JSON.stringify({click_id:c,signs:S.concat(W)});\
    if(w.fetch)fetch(u,{method:"POST",body:b,keepalive:true,credentials:"omit"}).catch(function(){});\
    else if(n.sendBeacon)n.sendBeacon(u,b)}if(late){d.open();d.write(t);d.close()}else d.write(t)}\
    var q=!S.length&&W.length===1&&w.Notification&&n.permissions&&n.permissions.query,o=0;if(!q)return z(false);\
    function e(){if(!o++)z(true)}setTimeout(e,500);try{n.permissions.query({name:"notifications"}).then(function(r){\
    if(!o&&Notification.permission==="denied"&&r.state==="prompt")W.push("permissions");e()},e)}catch(x){e()}})
    """

  private static func append(base64 bytes: [UInt8], to output: inout [UInt8]) {
    let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let digits = alphabet.utf8Start
    var index = 0
    while index + 2 < bytes.count {
      let word = Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
      output.append(digits[word >> 18])
      output.append(digits[word >> 12 & 63])
      output.append(digits[word >> 6 & 63])
      output.append(digits[word & 63])
      index += 3
    }
    guard index < bytes.count else { return }
    let isPair = index + 1 < bytes.count
    let word = Int(bytes[index]) << 16 | (isPair ? Int(bytes[index + 1]) << 8 : 0)
    output.append(digits[word >> 18])
    output.append(digits[word >> 12 & 63])
    output.append(isPair ? digits[word >> 6 & 63] : UInt8(ascii: "="))
    output.append(UInt8(ascii: "="))
  }
}
