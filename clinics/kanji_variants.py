"""Kanji that are written in several forms, and the form to which a search brings them all.

Each word of a table is one kanji: its common form, then the others. Forms that Unicode itself
declares compatible (the 神, 都 and 福 of CJK Compatibility Ideographs) are left to NFKD.
"""

# The forms printed in brackets in the table of 常用漢字 (Cabinet Notification No. 2 of 30 November
# 2010, いわゆる康熙字典体). 斉 and 斎 are two kanji there; surnames are so often written with the
# wrong one (斉藤, 斎藤, 齋藤, 齊藤) that a search must not tell them apart.
JOYO = """
亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹 隠隱 栄榮 営營 衛衞 駅驛 円圓 塩鹽 縁緣 艶艷 応應 欧歐 殴毆 桜櫻
奥奧 横橫 温溫 穏穩 仮假 価價 画畫 会會 絵繪 壊壞 懐懷 概槪 拡擴 殻殼 覚覺 学學 岳嶽 楽樂 渇渴 缶罐
巻卷 陥陷 勧勸 寛寬 関關 歓歡 観觀 気氣 帰歸 亀龜 偽僞 戯戲 犠犧 旧舊 拠據 挙擧 虚虛 峡峽 挟挾 狭狹
郷鄕 暁曉 区區 駆驅 勲勳 薫薰 径徑 茎莖 恵惠 掲揭 渓溪 経經 蛍螢 軽輕 継繼 鶏鷄 芸藝 撃擊 欠缺 研硏
県縣 倹儉 剣劍 険險 圏圈 検檢 献獻 権權 顕顯 験驗 厳嚴 広廣 効效 恒恆 黄黃 鉱鑛 号號 国國 黒黑 砕碎
済濟 剤劑 雑雜 参參 桟棧 蚕蠶 惨慘 賛贊 残殘 糸絲 歯齒 児兒 辞辭 湿濕 実實 写寫 釈釋 寿壽 収收 従從
渋澁 獣獸 縦縱 粛肅 処處 緒緖 叙敍 将將 称稱 渉涉 焼燒 証證 奨奬 条條 状狀 乗乘 浄淨 剰剩 畳疊 縄繩
壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 真眞 寝寢 慎愼 尽盡 図圖 粋粹 酔醉 穂穗 随隨 髄髓 枢樞 数數 瀬瀨 声聲
斉齊斎齋 静靜 窃竊 摂攝 専專 浅淺 戦戰 践踐 銭錢 潜潛 繊纖 禅禪 双雙 壮壯 争爭 荘莊 捜搜 挿插 巣巢
曽曾 痩瘦 装裝 総總 騒騷 増增 蔵藏 臓臟 即卽 属屬 続續 堕墮 対對 体體 帯帶 滞滯 台臺 滝瀧 択擇 沢澤
担擔 単單 胆膽 団團 断斷 弾彈 遅遲 痴癡 虫蟲 昼晝 鋳鑄 庁廳 徴徵 聴聽 勅敕 鎮鎭 逓遞 鉄鐵 点點 転轉
伝傳 灯燈 当當 党黨 盗盜 稲稻 闘鬭 徳德 独獨 読讀 届屆 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥 発發
髪髮 抜拔 晩晚 蛮蠻 秘祕 浜濱 瓶甁 払拂 仏佛 併倂 並竝 辺邊 変變 弁辨瓣辯 歩步 宝寶 豊豐 褒襃 翻飜
毎每 万萬 満滿 麺麵 黙默 弥彌 訳譯 薬藥 与與 予豫 余餘 誉譽 揺搖 様樣 謡謠 来來 頼賴 乱亂 覧覽 竜龍
両兩 猟獵 緑綠 涙淚 塁壘 礼禮 励勵 戻戾 霊靈 齢齡 暦曆 歴歷 恋戀 錬鍊 炉爐 労勞 郎郞 楼樓 録錄 湾灣
"""

# Forms of 常用漢字 that the table does not print apart, but Unicode encodes apart; among them those
# that JIS X 0208 had in a simplified design (剥, 頬, 填, 叱).
DESIGNS = """
飲飮 鋭銳 悦悅 閲閱 顔顏 教敎 戸戶 呉吳 娯娛 告吿 歳歲 産產 舎舍 尚尙 青靑 清淸 税稅 説說 絶絕 脱脫
内內 餅餠 舗舖 没沒 隷隸 塡填 剝剥 頰頬 𠮟叱 叙敘 群羣 峰峯 島嶋嶌嶹 裏裡 煙烟 略畧 涼凉 沖冲 隣鄰
脚腳 闘鬥鬪鬬 勲勛 奨獎 毀毁
"""

# Kanji for personal names with two permitted forms, or with an older form still in use
# (戸籍法施行規則, appendix 2).
PERSONAL = """
尭堯 巌巖 彦彥 桧檜 槙槇 瑶瑤 祢禰 祷禱 禄祿 穣穰 聡聰 遥遙 亘亙 凛凜 晃晄 晋晉 萌萠 昂昻 柏栢 熙煕
翠翆
"""

# Simplified by the designs of JIS C 6226-1983 (拡張新字体), against the printing standard of the
# 表外漢字字体表 of 2000.
SIMPLIFIED = """
唖啞 嘘噓 頴穎 鴎鷗 躯軀 鴬鶯 撹攪 麹麴 鹸鹼 噛嚙 繍繡 蒋蔣 醤醬 掻搔 屏屛 并幷 濾沪 芦蘆 蝋蠟 弯彎
焔焰 砿礦 讃讚 顛顚 巓巔 醗醱 溌潑 輌輛 繋繫 涜瀆 侭儘 薮藪籔 蝿蠅 騨驒 掴摑 箪簞 籠篭 鬱欝 侠俠 屡屢
蝉蟬 嚢囊 莱萊 攅攢 枦櫨 倶俱 呑吞 妍姸 桝枡 鯵鰺 蛎蠣 竃竈 潅灌 諌諫 頚頸 靱靭 蕊蘂 賎賤 壷壺 砺礪
梼檮 涛濤 迩邇 曳曵 鼠鼡 鼓皷
"""

# Variants that registers and signs use for the names of people and places, most of them seen in the
# official register of hospitals and clinics, 綜合 for 総合 and 付属 for 附属 among them; and the radicals
# (U+2E80 on) that text copied out of PDF files has in place of the kanji.
NAMES = """
総綜 付附 高髙 吉𠮷 崎﨑嵜㟢碕 辺邉 浜濵 淵渕渊 柳栁桺 桑桒 松柗枩 富冨 館舘 橋槗 喜㐂 鶴靍靏 徳悳 宝寳 鉄銕鉃鐡
船舩 体躰 剣劔剱釼 秋穐龝 村邨 杉杦 梅楳 野埜 園薗 磯礒 釜釡 昇曻 達逹 京亰 蓑簑 床牀 祇祗 庵菴 兎兔
雁鴈 鶏雞 角⻆ 長⻑ 青⻘ 西⻄ 亀⻲ 食⻝ 鬼⻤ 黄⻩ 斉⻫ 歯⻭ 竜⻯
"""

TABLES = (JOYO, DESIGNS, PERSONAL, SIMPLIFIED, NAMES)

# For ``str.translate``: the code of every other form, with the common one.
COMMON_FORM = {
    ord(variant): kanji[0] for table in TABLES for kanji in table.split() for variant in kanji[1:]
}
