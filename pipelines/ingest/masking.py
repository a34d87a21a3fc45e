"""Masked text: what identifies a person is replaced by `<what it was>`, the rest stays readable.

`masked_sql` is one SQL expression, so that it runs vectorised in the pass that reads the file,
and most texts cost it one search; a load calls it `masked(text)`, see `define_masked`. The
patterns are RE2's: no look-around, no checksums. Where a form alone would not tell (a row of 7
digits, a Korean word before 님), the rule has a list of what it keeps: see `_Kind.keeps`. When in
doubt a number is masked and a word is not.

Not masked, because no rule is safe: names without an honorific or an introduction, addresses
of streets, handles of messengers, IP addresses, seed phrases of other lists than the English.
tests/ingest/masking_cases.toml measures precision and recall of every kind.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sql import literal


@dataclass(frozen=True)
class _Form:
    """One way to write something: `value` is replaced, what stands `before` and `after` stays."""

    value: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class _Kind:
    """What is replaced by `<name>`. Of two forms that begin at one place the first is taken;
    `keeps`, tried before them, is what looks like one and is none."""

    name: str
    forms: tuple[_Form, ...]
    keeps: str | None = None

    def masked(self, text: str) -> str:
        """SQL of the text with this kind replaced."""
        first = 1 if self.keeps is None else 2
        parts, before, after = [], "", ""
        for form in self.forms:
            for context, is_before in ((form.before, True), (form.after, False)):
                if context and is_before:
                    before += f"\\{first}"
                elif context:
                    after += f"\\{first}"
                first += bool(context)
            parts.append(
                (f"({form.before})" if form.before else "")
                + f"(?:{form.value})"
                + (f"({form.after})" if form.after else "")
            )
        forms = "|".join(parts)
        if self.keeps is None:
            return _replaced(text, forms, f"{before}<{self.name}>{after}")
        # RE2 can't look ahead: both are marked, and the mark of what is kept is taken back
        marked = _replaced(
            text, f"({self.keeps})|{forms}", rf"{_KEPT}\1{_MASKED}{before}<{self.name}>{after}"
        )
        kept = _replaced(marked, f"{_KEPT}([^{_MASKED}]+){_MASKED}<{self.name}>", r"\1")
        return f"replace({kept}, '{_KEPT}{_MASKED}', '')"


_KEPT, _MASKED = "\x02", "\x03"


def _replaced(text: str, pattern: str, replacement: str) -> str:
    return f"regexp_replace({text}, {literal(pattern)}, {literal(replacement)}, 'g')"


_SECRET_PARAMETER = "token|key|sig|signature|auth|code|session|sid|password|pwd|secret|otp|jwt"
_SEED_WORD = "(?:[0-9]{1,2}[.):]? ?)?[a-zA-Z]{3,8}"
_SEED_LINE = "|".join(rf"(?:[ ,]+[a-z]{{3,8}}){{{number - 1}}}" for number in (12, 15, 18, 21, 24))

_WORDS = (
    _Kind(
        "seed_phrase",
        (
            _Form(
                rf"{_SEED_WORD}(?:[\s,]+{_SEED_WORD}){{11,23}}",
                before=r"(?i:seed|recovery|mnemonic|backup|secret|시드|니모닉|복구|リカバリー|シード"
                r"|ニーモニック|助[记記][词詞]|semilla|recuperaci[oó]n|сид|мнемоник|восстановлен)"
                r"[^\n:：=\"'「“]{0,30}(?:[:：=\"'「“\n]|\bis\b|\bes\b|는|은|は|是) ?[\"'「“]?\s*",
            ),
            _Form(
                rf"(?m:^[a-z]{{3,8}}(?:{_SEED_LINE})$)"
                r"|\b1[.):] ?[a-z]{3,8}(?:[\s,]+[0-9]{1,2}[.):] ?[a-z]{3,8}){11,23}"
            ),
        ),
    ),
    _Kind(
        "secret",
        (
            _Form(
                r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
                r"|\b[rsp]k_(?:live|test)_[0-9A-Za-z]{10,}"
                r"|\bsk-[0-9A-Za-z_\-]{20,}|\bxox[abeoprs]-[0-9A-Za-z\-]{10,}"
                r"|\bgh[opsu]_[0-9A-Za-z]{30,}|\bglpat-[0-9A-Za-z_\-]{20}"
                r"|\bAIza[0-9A-Za-z_\-]{35}"
                r"|\beyJ[0-9A-Za-z_\-]{8,}\.[0-9A-Za-z_\-]{8,}(?:\.[0-9A-Za-z_\-]+)?"
                r"|\b[5KL][1-9A-HJ-NP-Za-km-z]{50,51}\b"  # a Bitcoin private key
                r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?"
            ),
            _Form(
                r"[0-9A-Za-z+/_.\-]{15,}[0-9A-Za-z+/_=\-]",
                before=r"(?i:(?:api|access|secret|private|signing)[ _\-]?(?:key|secret|token)"
                r"|\bsecret|bearer|시크릿(?: ?키)?|비밀 ?키|개인 ?키|프라이빗 ?키|api ?키|秘密鍵"
                r"|APIキー|シークレット(?:キー)?|[私密][钥鑰]|clave (?:privada|secreta|api)"
                r"|(?:приватный|секретный|api)[ \-]ключ)"
                r"[^0-9A-Za-z\n]{0,6}(?:(?:is|es|는|은|は|是)[^0-9A-Za-z\n]{0,3})?",
            ),
            _Form(
                r"[^\s,]{4,}",
                before=r"(?i:password|passwd|passcode|passphrase|비밀번호|비번|패스워드|パスワード"
                r"|暗証番号|密[码碼]|contraseña|пароль)\s?[:：=]\s?",
            ),
        ),
    ),
    _Kind(
        "email",
        (
            _Form(
                r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}"
                r"|[A-Za-z0-9._%+\-]+ ?[(\[](?i:at|골뱅이)[)\]] ?[A-Za-z0-9\-]+"
                r"(?:(?: ?[(\[](?i:dot|점)[)\]] ?|\.)[A-Za-z0-9\-]{2,})+"
            ),
        ),
    ),
    _Kind(
        "url",
        (_Form(rf"(?i:https?://[^\s?#]+[?#]\S*(?:{_SECRET_PARAMETER})[a-z_\-]*=\S+)"),),
    ),
)

_KOREAN_SURNAME = (
    "(?:남궁|황보|제갈|선우|독고|사공"
    "|[김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석설길위표명기반라금옥육맹제모탁국은편용])"
)
_KOREAN_TITLES = (
    "고객|고객사|이용자|구매자|신청자|문의자|변호사|주문자|지원자|공급자|유튜버|전문가|안내원|배송원|현지인"
    "|여행자|조교수|주치의|채권자|채무자|명의자|발신자|수신자|송금자|송금인|송신자|계약자|당첨자|참여자|임직원"
    "|임차인|임대인|진행자|신고자|이사장|고발인|고소인|제보자|방문자|양도인|양수인|기획자|위원장|민원인|전담팀"
    "|인사팀|심사팀|심사자|심사관|조사관|조합원|안전팀|지점장|소유자|소비자|도우미|정회원|준회원|우수자|사용자"
    "|상속인|여러분|하나은행|한국인|한국분|외국인|지인분|주인분|남자분|여자분|유저분|전도사|구독자|이웃분|지배인"
    "|고객센터|심사역|조력자|기술자|기능사|공무원|노무사|세무사|법무사|회계사|의사|이사|강사|차장|기사|기자|유저"
    "|전무|주인|하나|선배|원장|소장|조장|반장|지인|천사|조교|신부|여사|공주|제자|이모|고모|장모|방장|위원|조수"
    "|서방|신랑|신사|임원|구청|남편|정보|모든|문의|주문|선생|손|형|도련|국장|은인|이웃|오빠|장인|성도|기관|지원"
    "|고수|우리|한분|용사|심판|전담|공장|현장|진상|고인|고정|유모|배우|노인|양반|주모|소유|유가족|안사돈|전화상담사"
)
_KOREAN_PARTICLE = (
    "(?:$|[^가-힣]|[가는를의와도에께로한인라만]|입니다|이라|이에요|예요|이고|이며|처럼|보다|까지)"
)
_JAPANESE_TITLES = (
    "担当者|担当|会員|利用者|関係者|管理者|責任者|運営|運営者|業者|店員|御社|貴社|会社|弊社|本人|家族|御家族"
    "|旦那|先方|銀行|郵便局|医者|警察|両親|代理人|契約者|名義人|購入者|投資家|顧客|消費者|息子|友人|各位"
    "|王子|相談員|取引先|出品者|落札者|投稿者|質問者|回答者|新規|法人|個人|顧客各位|会員各位|皆|お客|客"
    "|ユーザー|サポート|オペレーター|スタッフ|メンバー|オーナー|カスタマー|マネージャー|エンジニア|ドクター|トレーダー|チーム"
)
_CHINESE_SURNAME = (
    "(?:欧阳|歐陽|司马|司馬|诸葛|諸葛|[王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林罗羅郑鄭梁谢謝宋唐许許韩韓"
    "冯馮邓鄧曹彭曾肖萧蕭田董袁潘蔡蒋蔣余杜叶葉程魏苏蘇吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范石廖贾賈夏韦"
    "韋付邹鄒孟熊秦邱江尹薛闫閆段雷侯龙龍史陶黎贺賀顾顧郝龚龔邵钱錢严嚴覃武戴莫孔汤湯])"
)
_LATIN = "[A-ZÁÉÍÓÚÑÜ][a-záéíóúñüA-Z'’\\-]+"
_CYRILLIC = "[А-ЯЁ][а-яё\\-]+"

_NAMES = (
    _Kind(
        "name",  # before an honorific
        (
            _Form(
                rf"{_KOREAN_SURNAME}[가-힣]{{1,2}}",
                before="^|[^가-힣]",
                after=rf" ?님| ?고객님| ?씨{_KOREAN_PARTICLE}",
            ),
            _Form(r"[一-龥々]{2,4}|[ァ-ヶー]{2,8}", after=" ?(?:様|さま|さん|殿)"),
            _Form(r"[一-龥々ァ-ヶー]{2,6}", after="と申します|といいます"),
            _Form(rf"{_CHINESE_SURNAME}[一-龥]{{0,2}}", after="先生|女士|小姐"),
        ),
        keeps=rf"(?:^|[^가-힣])(?:{_KOREAN_TITLES}) ?[님씨]"
        rf"|お[一-龥]{{1,3}}(?:様|さん)|[一-龥々]{{0,3}}(?:{_JAPANESE_TITLES}) ?(?:様|さま|さん|殿)"
        r"|[一-龥々]{0,3}[仕同模多異有左何客皆神王奥若]様|[一-龥々]{1,3}殿堂"
        r"|(?:客服|这位|那位|各位|一位|有位|老)(?:先生|女士|小姐)|[一-龥][的位是个了](?:先生|女士|小姐)",
    ),
    _Kind(
        "name",  # after an introduction or a title
        (
            _Form(
                rf"{_KOREAN_SURNAME}[가-힣]{{1,2}}",
                before="(?:성명|성함|이름|예금주명?|명의자|입금자명?) ?[:：] ?",
            ),
            _Form(
                rf"{_KOREAN_SURNAME}[가-힣]{{2}}",
                before="(?:성명|성함|이름|예금주명?|명의자|입금자명?)[은는] ?",
                after="입니다|이에요|예요|이고|이며|이구요|라고|$|[.,]",
            ),
            _Form(
                r"[一-龥々ァ-ヶー]{2,6}(?:[ \x{3000}]?[一-龥々ァ-ヶー]{1,4})?",
                before="(?:私の名前は|氏名は?[:：]|名義人は?[:：]|名前[:：]) ?",
            ),
            _Form(
                rf"{_CHINESE_SURNAME}[一-龥]{{1,2}}",
                before="(?:我叫|我的名字[是叫]|姓名是?[:：]?|[户戶]名[:：]) ?",
            ),
            _Form(
                rf"{_LATIN}(?: [A-Z]\.)?(?: (?:(?:de|del|la|y) )*{_LATIN}){{0,3}}",
                before=r"\b(?:Mrs?|Ms|Miss|Mx|Prof|MRS?|Sra?|Srta|Dra?|Doña)\.? "
                r"|\b(?i:my (?:full |legal )?name is|my name's|name ?:|i am called|me llamo"
                r"|mi nombre(?: completo)? es|titular ?:) ",
            ),
            _Form(
                rf"{_CYRILLIC}(?: {_CYRILLIC}){{0,2}}",
                before="(?i:г-н[ау]?|г-ж[аеу]|господин[ау]?|госпож[аеу]|меня зовут|мо[её] имя"
                "|ФИО:?) ",
            ),
        ),
        keeps=r"\b(?:Mrs?|Ms|Miss)\.? (?:Market|President|Robot|Bean|Bitcoin|Beast|Excel|Word"
        r"|Universe|World|Support|Agent)\b"
        r"|\b(?:Sra?|Srta)\.? (?:Soporte|Cliente|Agente|Usuario|Mercado)\b",
    ),
)

_BASE58 = "[1-9A-HJ-NP-Za-km-z]"
_MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"

_NUMBERS = (
    _Kind("transaction", (_Form(rf"\b(?:(?:0x)?[0-9a-fA-F]{{64}}|{_BASE58}{{86,88}})\b"),)),
    _Kind(
        "bank_account",
        (
            _Form(  # an IBAN
                r"\b[A-Z]{2}[0-9]{2}(?:[0-9]{4}[0-9A-Z]{7,26}|[A-Z]{4}[0-9A-Z]{7,26}"
                r"|(?: [0-9A-Z]{4}){3,7}(?: [0-9A-Z]{1,3})?)\b"
            ),
            _Form(
                r"[A-Z]{2}[0-9]{2} ?[0-9A-Z ]{10,33}[0-9A-Z]\b"
                "|(?:[1-9][0-9]|0[02-6]|01[2-5]|0[789][1-9])(?:-?[0-9]){7,21}",
                before="(?i:계좌(?: ?번호)?|은행|뱅크|농협|신협|수협|우체국|금고|銀行|口座(?:番号)?"
                "|银行(?:账号|账户)?|cuenta(?: bancaria)?|CLABE|CBU|CVU|сч[её]т[а-я]*"
                r"|routing(?: number)?|account number|bank account|iban)[^0-9\n]{0,12}?",
            ),
            _Form("[0-9]{6,8}", before=r"(?:口座番号|普通(?:預金)?|当座)[^0-9\n]{0,6}"),
            _Form(  # as Korean banks write them
                r"\b(?:[0-9]{3,4}-[0-9]{2,3}-[0-9]{6,7}|[0-9]{6}-[0-9]{2}-[0-9]{6}"
                r"|[0-9]{3}-[0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{3}-[0-9]{6}-[0-9]{2}-[0-9]{3}"
                r"|[0-9]{3}-[0-9]{6}-[0-9]{5}|[0-9]{3}-[0-9]{2}-[0-9]{5,6}(?:-[0-9])?)\b"
            ),
        ),
    ),
    _Kind(
        "wallet",
        (
            _Form(
                r"\b(?:0x[0-9a-fA-F]{40}"  # Ethereum and its kin
                r"|(?:bc1|BC1|tb1|ltc1|cosmos1|addr1)[A-Za-z0-9]{25,100}"  # Bitcoin (SegWit), kin
                rf"|[13]{_BASE58}{{25,34}}|T{_BASE58}{{33}}|r{_BASE58}{{24,34}}"  # BTC, TRON, XRP
                rf"|{_BASE58}{{43,44}})\b"  # Solana
            ),
        ),
    ),
    _Kind(
        "card",
        (
            _Form(
                r"\b(?:[2-69][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{3,4}(?:[ -]?[0-9]{3})?"
                r"|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}"
                r"|(?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|35[0-9]{2}|[69][0-9]{3})[0-9]{12}"
                r"|62[0-9]{17})\b"
            ),
        ),
    ),
    _Kind(
        "id_number",
        (
            _Form(
                rf"\b(?:[0-9]{{6}}(?:18|19|20)[0-9]{{2}}{_MONTH_DAY}[0-9]{{3}}[0-9Xx]"  # China
                rf"|[0-9]{{2}}{_MONTH_DAY} ?-? ?[1-8][0-9]{{6}}"  # Korea: a birthday, then the sex
                r"|[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}"  # United States
                r"|[0-9]{2}-[0-9]{2}-[0-9]{6}-[0-9]{2}"  # a Korean driving licence
                r"|[0-9]{4}-[0-9]{4}-[0-9]{4}"  # Japan
                r"|[0-9]{3}-[0-9]{3}-[0-9]{3} [0-9]{2}"  # Russia
                r"|[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[0-9A-Z][0-9]"  # Mexico
                r"|[0-9]{8}-?[A-HJ-NP-TV-Z]|[XYZ]-?[0-9]{7}-?[A-Z])\b"  # Spain
            ),
            _Form(
                r"[A-Za-z]{0,3}[0-9](?:[ \-]?[0-9]){5,17}[A-Za-z]?\b",
                before="(?i:여권(?: ?번호)?|passport(?: ?(?:no|number))?|パスポート(?:番号)?"
                "|旅券番号|护照号?码?|pasaporte|паспорт[а-я]*|マイナンバー|個人番号|DNI|NIE|SSN"
                r"|주민(?:등록)?(?: ?번호)?|身份证号?码?)[^0-9A-Za-z\n]{0,8}",
            ),
        ),
    ),
    _Kind(
        "phone",
        (
            _Form(
                r"(?:(?:\+|\b00)[1-9](?:[ ()\-]{0,3}[0-9]){8,14}"  # international
                r"|\+?(?:1[ .\-])?\(?[2-9](?:[1-9][0-9]|0[1-9])\)?[ .\-][0-9]{3}[.\-][0-9]{4}"  # US
                r"|\(?0[1-9][0-9]{0,2}\)?[ .\-]?[0-9]{3,4}[ .\-]?[0-9]{4}"  # Korea, Japan
                r"|0[1-9][0-9]{1,2}-[0-9]{7,8}"  # China, landlines
                # Vietnam, Turkey; 0800 is nobody's own
                r"|0(?:[3-79][0-9]|8[1-9])[0-9][ .][0-9]{3}[ .](?:[0-9]{3}|[0-9]{2}[ .][0-9]{2})"
                r"|\(?[1-9][0-9]\)? ?9[0-9]{4}-[0-9]{4}"  # Brazil
                r"|1[3-9][0-9][ \-]?[0-9]{4}[ \-]?[0-9]{4}"  # China
                r"|8[ \-]?\(?9[0-9]{2}\)?[ \-]?[0-9]{3}[ \-]?[0-9]{2}[ \-]?[0-9]{2})\b",  # Russia
                before=r"^|[^0-9A-Za-z.,\-]",
            ),
            _Form(
                # not 400 and 800, which are nobody's own
                r"\+?(?:[0-35-79]|[48][1-9])(?:[ .()\-]{0,2}[0-9]){6,13}\b",
                before="(?i:전화(?: ?번호)?|연락처|휴대폰(?: ?번호)?|핸드폰(?: ?번호)?|번호는"
                "|phone(?: number)?|mobile|cell|call me(?: on| at)?|電話(?:番号)?|携帯(?:番号)?"
                "|手机号?码?|电话|tel[eé]fono|tel[.:]|m[oó]vil|celular|ll[aá]m[a-z]+(?: al)?"
                r"|whats ?app|телефон[а-я]*|номер)[^0-9\n+]{0,8}",
            ),
        ),
    ),
    _Kind(
        "account",
        (
            _Form(
                r"(?:[A-Za-z]{0,6}[_\-]?[0-9]{4,}[A-Za-z0-9]*"
                r"|[A-Za-z][A-Za-z_.]{2,15}[0-9]{1,3})\b",
                before=r"(?i:\buid|\b(?:user|member|customer)[ _]?(?:id|no)"
                r"|\baccount(?: ?(?:id|no\.?|number))?|\bmemo|destination tag|\blogin"
                "|회원 ?번호|고객 ?번호|계정(?: ?번호)?|아이디|메모|태그|会員番号|会員ID|お客様番号"
                "|ユーザーID|メモ|用户ID|用户编号|会员号|账号"
                "|(?:ID|n[uú]mero) de (?:usuario|cliente|cuenta)"
                "|номер клиента|логин|мой ID|аккаунт)"
                r"(?:[^0-9A-Za-z\n]{0,4}|[^0-9A-Za-z\n]?\b(?:is|es|number)\b[^0-9A-Za-z\n]?)",
            ),
            _Form(r"[A-Za-z]{0,3}[0-9]{7,}\b", before="^|[^0-9A-Za-z.,]"),
        ),
        keeps=r"(?:^|[^0-9A-Za-z.,])?(?:[0-9]+[.,][0-9]+|[₩$€¥￥₽] ?[0-9]+"
        "|[0-9]{4,} ?(?:원|달러|만|억|개|个|個|엔|円|元|枚|회|건|코인|토큰|coins?|tokens?|satoshis?"
        r"|sats?|g?wei|руб|₽|€|won|dollars|pesos|euros|[A-Z]{3,6}\b)"
        rf"|20[0-9]{{2}}{_MONTH_DAY}(?:[0-9]{{4}}|[0-9]{{6}})?\b"
        "|(?i:block(?: height)?|블록(?: 높이)?|ブロック(?:高)?|区块(?:高度)?|bloque|блок[а-я]*"
        r"|height|nonce|order(?: (?:no\.?|id|number))?|주문(?: ?번호)?|注文(?:番号)?|订单号?"
        "|pedido|заказ[а-я]*|ticket|티켓|문의(?: ?번호)?|チケット|工单号?|case|build"
        "|gas|slot|ledger|txs?|#)"
        r" ?(?:№|#|:|n\.º|number|is|는|은|は|是)? ?[#:]?[A-Za-z]{0,3}-?[0-9]{4,})",
    ),
)

_WORDED = (
    r"@|://|[(\[](?i:at|골뱅이)[)\]]"
    r"|(?i:seed|recovery|mnemonic|backup|secret|key|token|bearer|passw|passcode|passphrase)"
    "|시드|니모닉|복구|비밀|비번|패스워드|시크릿|개인 ?키|프라이빗|(?i:api) ?키"
    "|リカバリー|シード|ニーモニック|パスワード|暗証|秘密|キー|シークレット|助[记記]|密[码碼钥鑰]|私[钥鑰]"
    "|(?i:semilla|recuperaci|contraseña|clave|сид|мнемо|восстановлен|пароль|ключ)"
    r"|[rsp]k_(?:live|test)_|\bxox[a-z]-|[A-Za-z0-9_\-]{20}|\b1[.):] ?[a-z]{3}"
    r"|(?m:^[a-z]{3,8}(?:[ ,]+[a-z]{3,8}){11})"  # at any place it would cost ten times as much
    rf"|{_KOREAN_SURNAME}[가-힣]{{1,2}} ?(?:[님씨]|고객님)"
    "|(?:이름|성함|성명|예금주명?|명의자|입금자명?) ?[은는:：]"
    "|[一-龥々ァ-ヶー]{2} ?(?:様|さま|さん|殿)|名前|氏名|申します|といいます|名義"
    "|[一-龥](?:先生|女士|小姐)|我叫|名字|姓名|[户戶]名"
    r"|\b(?:M[rsx]s?|Miss|Dra?|Prof|MRS?|Sra?|Srta|Doña)\.? [A-ZÁÉÍÓÚÑ]"
    "|(?i:name is|name's|name ?:|i am called|me llamo|mi nombre|titular)"
    "|(?i:г-[нж]|господин|госпож|зовут|мо[её] имя|фио)"
)
_NUMBERED = r"[A-Za-z0-9]{20}|[0-9]{4}|[0-9](?:[ ().\-]{0,3}[0-9]){6}|(?i:아이디|\blogin|логин)"
_FULL_WIDTH = "０１２３４５６７８９＠．－＋（）\u00a0‑–"
_ASCII = "0123456789@.-+() --"
_WIDE = "[０-９＠]"
_LOOKS_PRIVATE = re.compile(f"{_NUMBERED}|{_WORDED}|{_WIDE}")


def masked_sql(text: str) -> str:
    """SQL for a text with addresses, numbers, secrets and names replaced by what they were."""
    plain = f"translate({text}, '{_FULL_WIDTH}', '{_ASCII}')"

    def holds(*signs: str) -> str:
        return f"regexp_matches({text}, {literal('|'.join(signs))})"

    return (
        f"CASE WHEN NOT {holds(_NUMBERED, _WORDED, _WIDE)} THEN {text}"  # most text ends here
        f" WHEN NOT {holds(_NUMBERED, _WIDE)} THEN {_masked(plain, _WORDS + _NAMES)}"
        f" WHEN NOT {holds(_WORDED, _WIDE)} THEN {_masked(plain, _NUMBERS)}"
        f" ELSE {_masked(plain, _WORDS + _NAMES + _NUMBERS)} END"
    )


def define_masked(connection: duckdb.DuckDBPyConnection) -> None:
    """Let queries of this connection say `masked(text)`.

    Written out for each text, its patterns would be most of a query, and to parse them a quarter of
    the load of a small file.
    """
    connection.execute(_definition())


@lru_cache(maxsize=1)
def _definition() -> duckdb.Statement:
    (statement,) = duckdb.extract_statements(
        f"CREATE TEMP MACRO masked(text) AS {masked_sql('text')}"
    )
    return statement


def masked(texts: Sequence[str | None]) -> list[str | None]:
    """The texts as a load would store them."""
    rows = duckdb.execute(
        f"SELECT {masked_sql('t')} FROM (SELECT unnest($1::VARCHAR[]) AS t,"
        " unnest(range(len($1))) AS i) ORDER BY i",
        [list(texts)],
    ).fetchall()
    return [row[0] for row in rows]


class Labels:
    """Masks words that repeat (tags, teams, statuses): every text is looked at once a load."""

    def __init__(self) -> None:
        self._known: dict[str | None, str | None] = {}

    def masked(self, values: pa.ChunkedArray) -> pa.ChunkedArray:
        """The texts masked; the array itself where there is nothing to mask."""
        texts = pc.unique(values)
        new = [text for text in texts.to_pylist() if text not in self._known]
        suspicious = [text for text in new if text is not None and _LOOKS_PRIVATE.search(text)]
        self._known.update(zip(new, new, strict=True))
        if suspicious:
            self._known.update(zip(suspicious, masked(suspicious), strict=True))
        results = [self._known[text] for text in texts.to_pylist()]
        if results == texts.to_pylist():
            return values
        return pc.take(pa.array(results, pa.string()), pc.index_in(values, texts))


def _masked(text: str, kinds: tuple[_Kind, ...]) -> str:
    for kind in kinds:
        text = kind.masked(text)
    return text
