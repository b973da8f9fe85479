cask "ollama-tray" do
  arch arm: "arm64", intel: "x86_64"

  version "@VERSION@"
  sha256 arm:   "@MACOS_ARM64_SHA256@",
         intel: "@MACOS_X86_64_SHA256@"

  url "@SOURCE@/releases/download/v#{version}/Ollama-Tray-#{version}-#{arch}.dmg"
  name "@APP_NAME@"
  desc "Manage the models of Ollama servers from the menu bar"
  homepage "@HOMEPAGE@"

  livecheck do
    url :url
    strategy :github_latest
  end

  depends_on macos: ">= :ventura"

  app "@APP_NAME@.app"
  binary "#{appdir}/@APP_NAME@.app/Contents/MacOS/ollama-tray"

  uninstall quit: "@APP_ID@"

  zap trash: [
    "~/Library/Application Support/ollama-tray",
    "~/Library/Logs/ollama-tray",
  ]
end
