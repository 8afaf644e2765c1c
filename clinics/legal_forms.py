"""What may stand in front of a facility's own name, and what is no name by itself.

Collected from the names of the official register (71,307 facilities of the release of 2025-06-01),
as its columns write them: kanji, kana and Latin letters.
"""

# 社団 and 財団 are parts of a legal form, never one by themselves.
LEGAL_FORMS = """
医療法人 医療法人社団 医療法人財団 社団医療法人 財団医療法人 医療社団法人 医療財団法人
社会医療法人 社会医療法人社団 社会医療法人財団
特定医療法人 特定医療法人社団 特定医療法人財団
特別医療法人 特別医療法人社団 特別医療法人財団
社団法人 一般社団法人 公益社団法人 財団法人 一般財団法人 公益財団法人
社会福祉法人 社会福祉法人恩賜財団 恩賜財団
独立行政法人 地方独立行政法人 国立大学法人 公立大学法人 国立研究開発法人
学校法人 宗教法人 更生保護法人 特定非営利活動法人 ＮＰＯ法人 株式会社 有限会社 合同会社
イリョウホウジン イリョウホウジンシャダン イリョウホウジンザイダン
シャダンイリョウホウジン ザイダンイリョウホウジン イリョウシャダンホウジン
シャカイイリョウホウジン シャカイイリョウホウジンシャダン シャカイイリョウホウジンザイダン
トクテイイリョウホウジン トクテイイリョウホウジンシャダン トクテイイリョウホウジンザイダン
シャダンホウジン イッパンシャダンホウジン コウエキシャダンホウジン
ザイダンホウジン イッパンザイダンホウジン コウエキザイダンホウジン
シャカイフクシホウジン シャカイフクシホウジンオンシザイダン オンシザイダン
ドクリツギョウセイホウジン チホウドクリツギョウセイホウジン コクリツダイガクホウジン
コウリツダイガクホウジン コクリツケンキュウカイハツホウジン ガッコウホウジン シュウキョウホウジン
カブシキガイシャ カブシキカイシャ ユウゲンガイシャ
"""

# The same, short, in brackets: (医), （社）, ㈱.
SHORT_LEGAL_FORMS = "医 医社 医財 社 財 社医 特医 公財 公社 一財 一社 社福 福 独 独行 学 宗 株 有"

# What the name of a corporation ends with: 青葉会, 国立病院機構.
CORPORATION_ENDINGS = "会 機構 組合 財団 事業団 カイ キコウ クミアイ ザイダン kai"

# What the name of an operator without a legal form ends with: 国家公務員共済組合連合会.
OPERATOR_ENDINGS = "連合会 共済組合 赤十字社 厚生連 機構"

# A name of nothing but these is shared by hundreds.
GENERAL_WORDS = """
病院 医院 クリニック 診療所 療養所 センター 医療 総合 中央 記念 附属 大学 医科 本院 分院 医務室 健診
内科 外科 整形 形成 脳 神経 精神 心療 眼科 皮膚科 皮フ科 耳鼻 咽喉 いんこう 泌尿器 産科 産婦 婦人 小児 歯科
循環器 消化器 呼吸器 胃腸 肛門 アレルギー リハビリテーション リウマチ 糖尿病 放射線 麻酔 こども 科
ビョウイン イイン シンリョウジョ ソウゴウ チュウオウ ナイカ ゲカ hospital clinic byoin
"""
