"""Small files of images in many formats: one picture, 24 pixels wide and 17 high, as Pillow 13
writes it; the frames of GIFs are parts of it."""

import base64

_TEXTS = {
    "jpeg": (
        "|JeWF01!$>Nk#wx0RR9200961|JwjV00jdC1Ox*G1Ox;H1qB8N3<w7Y2L}%e3keJn4-yg)4-pX)791B76dDx~5f~"
        "vD8XX-UA0HDJA|xUnBpe<e9{<|_LjeT^1qTKP4hRSi9uyH29v&VZ9v&VZ9v&VZ9v&VZ9v&VZ9v&VZ9v&VZ9v&VZ9"
        "v&VZ9v&VZ9v&VZ9v&VZ9v=U|01*fP5dati0U`hb5di}c0sq7R9{>OW1pxs80RaI300000000010s{mE1_uZU3Jd?"
        "l0JRVR0s#X90t5pE1q1{D00Dgg0s{a95d{(<F+m0sQDFxnaTGFvk)a49Lb1UWQqk}vGh%Xr2?`b$7#SKRCMPH<Dl"
        "|1VH#j*uLqtVJM@UIZQ&d$}S6EqEV`OD!XJ~0^b98lfcX)YvgM@{Khlq)al9QB`mY0~BnxdnmrKYE-sj9NGw6(Uk"
        "xVgH*!^FkL$H>Xb($mz{*4NnC+Tr5k<mKk)=;`Y5^7Hid_V@Vt`v1fL9{~UZ0RaI40RaI40RR91000010s{mE1_u"
        "ZU3Jd?l0JRYS0s#U91Oo&I1q1{D0Rndb0RjUN1O*{61`<J02Vrp&A~Jyp6he`qvB3!=Gg9ysVsg<679=#`CGi&+8"
        "5$-hC@Cs6Ha9pqIzvQ7Mn_0VN>fx-R##YAT4Q8oW@l(=YIAgTc6WGrdV+(5g@%WSiHeewl$Dm3n3<ZQqok##r>Lo"
        "_va__cwzs&sy28W6#m2|T$;#5x)YaD4*xB0R<K*S$=jiF`^7Hid_V@Vt`v2Mh3<CiG0ucid06zfv+e+}Rar?j0y3"
        "H@bImhn5O7yK4!nxb~ztX#X7s5H)`>)cza{-C^^^YTm_{)~w@#Q*KgL9AFew0_xHl7`d*_AwlB%OAS-%~|xh{WWW"
        "YL1p7vQt~6r7L+}DXaNzkJ<9>GN~#FreJ7a!(Hx${4`NsM+p6s`0pg>U(mmXiYTwovak1ae&vJy5<mah"
    ),
    "jpeg_444": (
        "|JeWF01!$>Nk#wx0RR9200961|JwjV00jdC1Ox*G1Ox;H1qB8N3<w7Y2L}%e3keJn4-yg)4-pX)791B76dDx~5f~"
        "vD8XX-UA0HDJA|xUnBpe<e9{<|_LjeT^1qTKP4hRSi9uyH29v&VZ9v&VZ9v&VZ9v&VZ9v&VZ9v&VZ9v&VZ9v&VZ9"
        "v&VZ9v&VZ9v&VZ9v&VZ9v=U|01*fP5dati0TBQK5di}c0sq7R9{>OW1pxs80RaI300000000010s{mE1_uZU3Jd?"
        "l0JRVR0s#X90t5pE1q1{D00Dgg0s{a95d{(<F+m0sQDFxnaTGFvk)a49Lb1UWQqk}vGh%Xr2?`b$7#SKRCMPH<Dl"
        "|1VH#j*uLqtVJM@UIZQ&d$}S6EqEV`OD!XJ~0^b98lfcX)YvgM@{Khlq)al9QB`mY0~BnxdnmrKYE-sj9NGw6(Uk"
        "xVgH*!^FkL$H>Xb($mz{*4NnC+Tr5k<mKk)=;`Y5^7Hid_V@Vt`v1fL9{~UZ0RaI40RaI40RR91000010s{mE1_u"
        "ZU3Jd?l0JRYS0s#U91Oo&I1q1{D0Rndb0RjUN1O*{61`<J02Vrp&A~Jyp6he`qvB3!=Gg9ysVsg<679=#`CGi&+8"
        "5$-hC@Cs6Ha9pqIzvQ7Mn_0VN>fx-R##YAT4Q8oW@l(=YIAgTc6WGrdV+(5g@%WSiHeewl$Dm3n3<ZQqok##r>Lo"
        "_va__cwzs&sy28W6#m2|T$;#5x)YaD4*xB0R<K*S$=jiF`^7Hid_V@Vt`v2Mh3<CiG0ucid06zfv+e+}Rar?j0yg"
        "#mUoY{79wx?O8_(wSX*Xd7_+8=wDXI8eSSEYD2IQ`e@Py0Kcq4$|~duwWM=)M)s-`)O|@|X-~w6XkUfX*##PTxiF"
        "j&}a*^sltQL!QUlU^A;*Q>(P_>{iUF<QXLEw08QMoa2fxSuE8KS5mF7%AJzi;(FP&s!2Ds?3!oZ<yoAnS>DLN(7%"
        "SiHp)65%lIR`(7%SiQOY_WUxMgg(7%Si1IjudsNj$P*#"
    ),
    "jpeg_progressive": (
        "|JeWF01!$>Nk#wx0RR9200961|JwjV015{O2nPlV2nYxZ3JMDj7!VE(4GtX@77-XDA0;FrA0i<pD>pADDKse|A}~"
        "QQG&wsyK0YNbL`g$DNH;w`JOA4NLjej43l0qq91sv3J18P3J3Bi&J3Bi&J3Bi&J3Bi&J3Bi&J3Bi&J3Bi&J3Bi&J"
        "3Bi&J3Bi&J3Bi&J3Bi&J3Ifv01*fP5dati0U`hb5di}c0sq7R7ytnQ0RaI30000000000000041qK8E!~hrp00IL"
        "50000000000000000|f#E2LIXs3<CiG0uTcb0005!YSX%~a$O2er@Rh3&@OrZ!~hr&0RaI40RR91000000000000"
        "IL65&zl%2mt{A0R;k_Q;Kj-DaFkELJ<GN02&bh0s;d70000000000000000|5jA5i$ST00;pC0RcY&MX`40LQHsn"
        "|HJ?r5dZ=L0|5X40000000000000630|XHgGXL5D2mt~C0Y3po>}I8BO(rQ<lmEm36c7Ob000000000000000001"
        "!m+5iXv0RRR+0w4dx02vSf0s{d6000000000000000VF3{!A^+L{2mt{A0Y4!?kphK~@mDw>|Jncy0|5X600RI30"
        "1$5n1OLPT7!d#h0{{R300000000000003I01zSn+5iXv0|5a)5L(z!t6%@b02&bi0RRF600000000000000103k6"
        "!VX^<(00;pB0RcY{qD<4J@NPDX|HJ?p5CH)J0RaI3000000000001*H|0a0=P+5iXv0RRC%5MnVLtVSn)pA*YAY+"
        "wJ`"
    ),
    "jpeg_gray": (
        "|JeWF01!$>Nk#wx0RR9200961|JwjV00jdC1Ox*G1Ox;H1qB8N3<w7Y2L}%e3keJn4-yg)4-pX)791B76dDx~5f~"
        "vD8XX-UA0HDJA|xUnBpe<e9{<1q3kU!a02l!Q5di<h03QGV0R;g80RaI400000000000RjUA1qKHQ2?`7U!~nGr0"
        "0IF60|EpC1qB2I0004f0RjU61Q7)iAu&M)6H#FYB5@QlfsvsIBSNvk6;jdgBr{@if(Z&17Z@2DB_<~*DJnEIHa9p"
        "qIzvQ7Mn_0VN>fx-R##YAT4Q8oW@l(=YIAgTc6WGrdV_?8hKGoWijtF*m6n&7nVO=bq@|{(sHv*5v$VCgx45~w!o"
        "$SH#>dFX%F@%+)z;V8+1laa<K*S$=jiF`@$&QZ_4fDp`TGCb00;pA002J#`P)kHu5tUn(z?wr!a2w8ze?)#uLkEI"
        "y8SDEMewe6{_pgz-$n3_cK+-1uCCL=v0E~ykYtmt(c9{4148~9?{qKWtNIu4*Z<i"
    ),
    "jpeg_cmyk": (
        "|JeWT01iQ9Z(?NtWB>pF0095n07C!;0|W#F0|f*G1O){J1_ulX2L}fS4+{$k3=t0!5)ls(5fc_17ZVg36%i2_As8"
        "AR9UmVb6Bi;RA|50h9v>e6zyK5o01*Hf1Va%3O%VWD5dcdO0RO}Q9{>OW1pxs80RaI300000000010s{mE1_uZU3"
        "Jd?l0JRVR0s#X90t5pE1q1{D00Dgg0s{a95d{(<F+m0sQDFxnaTGFvk)a49Lb1UWQqk}vGh%Xr2?`b$7#SKRCMPH"
        "<Dl|1VH#j*uLqtVJM@UIZQ&d$}S6EqEV`OD!XJ~0^b98lfcX)YvgM@{Khlq)al9QB`mY0~BnxdnmrKYE-sj9NGw6"
        "(UkxVgH*!^FkL$H>Xb($mz{*4NnC+Tr5k<mKk)=;`Y5^7Hid_V@Vt`v2Mh4g^C0O#oQ{O8@{r0QsxHU-Hhp8~zpF"
        "{V@G2<ZUZY`&K?&=Dy3XpgaZt04(VL0EKt|08Bqh>vXRL{i`3k&V8t_pgaZt04(VL0EKt|08Bqh>ol)~-)hJDHgo"
        ">X75V=F;4k@SUtoX2yZ->DAEk1C4s`zjwRwLobBZhI4*`G6IzQoE{{Yhu(!P`UbKt+Vd4IajaoURd1HfPM&X4$4f"
        "AqujuA9exHt>(b8|d^QrA^`=5tx=%u(y$8j@%Ns6UssI*^ri13dDdi6f&_Z^Zx+AU-Hhqvc6yVJ^uhKe+nz;4*`G"
        "6IxFnogWvMU@S?te@E82EqP{ZtJ^uhKe+n!A*#"
    ),
    "png": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H2m$~A07x49X8-^IY)M2xRCt`N(#sBjAPhv&LGdj@)cF6O>P86>k+zte#dL"
        "F5RRG36XjlNMoDWrn!cbk}5z=CDsF8UMwF0S7$Mq5FS-wL9T{cAhZAxgOAcp2FddQ?5fMJD}$nG~cWCL4x3PKKWz"
        "<Q6%3I8h#y~bFE3jhEB07*qoM6N<$f&"
    ),
    "png_gray": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H2mk;80OAuf>;M1&ZAnByRCt_ii9rqnAq)e%%2>jp|NkQUj2=QLv}=MhcCJ"
        "@E>vC>ZGYMDV1R4=fgP9ON;EB}~;N<^t04)2aMk!7*r&QoAXkSj)e_9@twq}SX&WE^pgM~yH5*i&T4_QnaT|zkXv"
        "Rhq}_y8wj3rfMk)0O}L002ovPDHLkV1f"
    ),
    "png_rgba": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H2nGNE0LOT2FaQ7maY;l$RCt`V%}EY`AP_{+LUBS7qsIH6(yeYx!~un-S-h"
        "mXHeUeP6tJcuVE{lRV+FD#Zh@TLOF*)61PV4Efs(~fpo-=ZsH1oW8nS?ZA_)w%!3cpa2r-~NEC6&&pm&%re`LViO"
        "plErFdRnfKJDgKBG!4@gXsVO002ovPDHLkV1f"
    ),
    "png_la": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H2m}BC0Bv!ky8r+H8c9S!RCt_YWcbhZjTFelKq45`Fsfk~YXAWJo){r0rGW"
        "GR0000<MNUMnLSTX"
    ),
    "png_palette": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H1Oos705w)|0{{R3Fi=cXMabb%$h?e)(zG(+OESDa$dA5<kAO>$M--0}$V+"
        "60OGL;I6o(HEGFl!oH4-up1-hpKt^fc4dPzh<RCt_K&%q7CFc3u1m*58I1c_Sci5gM@X#phP0Vx$2I*1D}S`OwA_"
        "Odh5&V20<@FXgu&HS0P_Fe3Y^pg~ls310Hy<o<)XqoG9cA8j;YUI)bTWECXZBeO6nh!1S4(3tj(Xx+OYNC4KPKvd"
        "My%~=BF9lz($1w{2%vJ3G0000<MNUMnLSTX"
    ),
    "png_palette_transparent": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H1Oos705w)|0{{R3Fi=cXMabb%$h?e)(zG(+OESDa$dA5<kAO>$M--0}$V+"
        "60OGL;I6o(HEGFl!oH4-up1-hpKt^fc41awkPQ~&?}06;3K^Z)<=dPzh<RCt_K&%q7CFc3u1m*58I1c_Sci5gM@X"
        "#phP0Vx$2I*1D}S`OwA_Odh5&V20<@FXgu&HS0P_Fe3Y^pg~ls310Hy<o<)XqoG9cA8j;YUI)bTWECXZBeO6nh!1"
        "S4(3tj(Xx+OYNC4KPKvdMy%~=BF9lz($1w{2%vJ3G0000<MNUMnLSTX"
    ),
    "png_bits": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H0RR910Ph1)od5s;Pf0{URCt^LL;$=0000000RRb100AHf00;`D0vedG0SF"
        "Bh1Ug~{0_TPS0R*N10<HiJ0+;|J0^k9a0jdln0aXTM0ITln099N40KWfMhSLyPd0x*800000NkvXXu0mjf"
    ),
    "png_gray_transparent": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H2mk;80OAuf>;M1&0(4SNQvfJKCS}3^003=CL_t(|oNb9g4g(<!1G~yt!lM"
        "8GBKwRULMXIrf-`omS3K)-ZdNl1SKtI15l@4e5I^9F)fC|5|8W2;`=&-IPBN!d;4NrhPS}519+b9bh$ha5xOszxL"
        ">Uqq9Vri4Od4H6IP<bwU6S|!Ct?dq!NJp(00000NkvXXu0mjf"
    ),
    "png_rgb_transparent": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H2m$~A07x49X8-^I26R$RQvd(}0001PrU#J#003-BL_t(|oUPK!4uBvGMA1"
        "R<Eke}z|DWnc2@#RDn4HCQb5~UW#y@CS0IHl1RfWP(UE&eaVsWUEc@4D!sZhuD5$ajKLjzqlMEz|_Xrds7<}7;1q"
        "#b}^g_g+fH#cMhTX+gW4sgJFkIM=FD+|5GScVG#0000<MNUMnLSTX"
    ),
    "png_gray16": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H5C8xG0J4McuK)l5KS@MERCt_YWME*wzyXEWSm>fm4D6&qYH47kkqx-bMaY"
        "w512N`OKa|MOfXktj+CVq}$g_czfTd=zVz(CndNv*q${5*-00000NkvXXu0mjf"
    ),
    "png_rgb16": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H5CQ-I02qoVBme*bib+I4RCwCGku6RGVGxG*r~5P8-Ikvq5LgrkAb12PfCC"
        "Ubf)l_2NH_spfEo-TSyNNN8Vm_wFbF_k5XCUF)1}*fGrP3Vw#l0>&pR`HlG;{4U&t){L`u%HwXL9a!$S5~j`Fle5"
        ")3lC7KPRh2ST5O93esBvuIIhW1WSZ4??bxpzvv0r)C$0wjNl>eIwKm5)@w5x>N3=(9S6fHC_mLLW07F?f>nf(B3u"
        "+dC!D=AwlF`WvlIaHJ4H7pwB}76QMvz7$bgVJ33j_N|#aS=#qtkdqSa*@beBTTWJQAn>=Z@D0H&VLg5`D5VF4IcU"
        "aj<GiHlIXR9m(8KFqXdA2BYp0QBWBh)l9>Ve4r(iXpEwkXs&W}#-6P;6wg3kv5qD15SZVL(tQ-DIISC6pK$r(lrs"
        "3@CiqYL^#{%Snntx9=>JToY=QvLK-F@m9JpzRS6!UPhtE3l?f!5o(vRAYhPk{&tshxn>uIUUylj-O2yUQWgXZQl0"
        "^2Yq+~I!R|MGnVJkgsl=NA0000<MNUMnLSTX"
    ),
    "png_rgba16": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H5C#AM0GH^na{vGV`$<GWRCwC8l`T`_P#A^t(Ujg>`lc;ySYY=T@DJ7@SFP"
        "NCf<mECC=?h}W|%>tP^+p?t5#LjP*qh-)n0N=b~*`{o1|?j9`R0Y^2|AT>w6)7YT}toO>{<G;;!dS&+)xb9{vlgF"
        "z{EpM3r%O^QPw*fp0%^0e^`>u+$~0jJuoHIcNPnjlk(!E)Xm*2p76Um2tcCU<>CMf$w*@Ksd*sHP<DojP>SWjr;3"
        "7XZ<~mz>l+Bpf$rFn&}c%#?R-Q+~4#ZBk=1r7l@`9w5Pg6mGR?w<e1y;k7_<ApRd1X;CXTCWmlZ~D==7s;R0;U!D"
        "t4yr{rI-^9NKfAXZ$Qc7KEW&*T%>dj#?1IPKqqgIjQTLtcXiSK#OpOfJB~bMqZF5r`<T=Mc~o=u)6Z0kH`5DKMbG"
        "0R=`B7*k+Ofdm3V0il3UKqw#-Fr0x%Kqw#-5DFMhKqMecKqw#-FigSt9z+7d1cU;@1cV6)6OiT!v@HpAwp5`(p+b"
        "%X+ybFPV9)UlxGEGEDl{xq$ngzSuTWI6LYfuQ6)V&)RA|5o4OyWPD>P<>PFSI@n^wrSg_Na2Jx7IX2^=wj<85uBc"
        "Ev4Z`vz<kDz4Eln{J`NQlZFFp-!Pf`4;Ndtk7Y_EtKp!0bQ{|2@^;xe`K}<-YfJE(Fx)fN@QMH00000NkvXXu0mj"
        "f"
    ),
    "gif": (
        "M@dFFH(?9_2>^ls0K?6Gea)*a%|4}ul`V!Sr9Vcc2M8@O4=exx000aC2><{HJpc~~6lkEJK?4H^8Z5vt;Q@va8y+"
        "A)F=BxM11M@FfU#r7jUGD^5I|BufRiT&04Qk^WdHy$S-OM?Gavvv"
    ),
    "gif_animated": (
        "M@dFFIbjR{2>^ls0AFcCJZUNvX%0|CBossmP#zFa000yh10neY2><{A04x9i000aC2><{HIsgv{6lkEJK?4H^7A("
        "N9K*9qJBPJveu_1wr7zb$Fi1FgajQ|9Q6d9o8001aQk}Qcb<;apOTLuIGA^8Le00031EC2ui01N;L0D@m>Lp*6J6"
        "lo4nL?jeM2~ZvoPyhfF7Xt`700jsX7@#14g8&8!C}<Gjfrk$bNStT@B1DM=G8V9SK%+;C1UzaaK(ge3lPF7)M2Rw"
        "?LWTnn1_S^h`2-070096j000003;+oLf?sJvJZUNvX%0|CBossmP#zFa000yh0|+_*1qc)vpx^)i2nP}@h%n*6f("
        "#oTm^jgZ#ft_gQnXm0V*!l^Jc`svK%_?kC{qqt$ucEMmMj4T1OPh"
    ),
    "gif_parts": (
        "M@dFFH(?9_2>^ls0AFcCJZUNvX%0|CBossmP#zFa000yh11tal000aC2><{HIsgv{6lkEJK?4H^7A(N9K*9qJBPJ"
        "veu_1wr7zb$Fi1FgajQ|9Q6d9o8001aQk}Qcb<;apOTLuIGA^8LW000O8EC2ui01N;L0D@m>Lp*6J6lo4nL?jeM2"
        "~ZvoPyhfF7Xt`E00jsX7@#14g8&8!C}<ENf`<<cNStT@B7y@4BwEDCv4F>q1vnl+0P-V&lPCuaK%jB}%9AZyT0|f"
        "K;>w2s0RSQS1OWg52mmYq0000C00{tsUui=;X(|+H4p2lS6hsM79uQCf02CJk2s;1~2plMI0KtI*4hj^&P(Xl(0R"
        "Tt@aL|B20~jq5Jb+Q5zylr+hy+=nq{#vY2^<_ipk>PeFcHKI2mm_"
    ),
    "bmp": (
        "LQVbz00000001@s001Ze000;O000pH000317ytkO0077Y006`e006`e00000000000002+01)sBAn+70@E$<$C{X"
        "Y+VDLO}@J4{}P>}Fipzvg{@NU5Hc+l{I;P8y_@Rk7Zpb+q?An>#>@V-Fs$WZXoVDQ{<@a6#F01x2`9^n)%;T}BUC"
        "`;ioTH!ot;YN7jP>11Kmf>Wj;cm3yc*Eg>(&3EZ;g;~>p#R~j4&k&N;l3>4$UEWEO5xmD;pPC+01na$9MTjj(jGX"
        "{C`QsURMI?R(nfI7P=3-{jM8M9(r&2Ic(&4l#L|q?(w5-TpzhMD{L-`v(!Lnd$R^U#G}7Ec(&hle01d+m8p9MP!y"
        "YulC_%$APQyG~!$xSsP<6vvg2QBw!)~0zc&WpJw!@6W!<Nv)pxwi&>ch16!@dN=$PvTR9>d%#!{z|A01UJW7_<~5"
        "v>q_DC_J<>NVGguv_@dGP;9hXc(i1Mv~G~Jc$~C?sI-i<w3fiMpv<(Y*tE3dw7&4P$o#a@2(;W3wB`V%01KrG7Nr"
        "y+r5-G$C^w}tLZv)SrAAn#P-CT9Zlz>-rEY|!c#oxmnx%}TrIxUzpu452#-+5;rM}#y$mgZf@}=DUrRD&Z01B206"
        "qXbomL4dUC^D8ZJeE90mPSyPP+FE+WR_%ZmTq{Kc!HLKjFya+mX@HFpsJRtw3f8KmcGcA$kLY5+?L$tmgWG5011Z"
        "*5{DEUhaMz{C@qIFHitYvhek+;P*I0kT8Cs~hi+_#cy)(@eus>QhnA3spqYoNqKCArhrYCj$i0Ws#)sU`hvooy00"
        "?*r5O@?Acpe~lC@6R`FnByTct${YP)K-MP<Uimcy3^LcxZTnaCnS(c$R>8pon;?ka)D1c)p-`$f$VIuz1|Kc;*0U"
        "00(Ib4rvq>X&xMDC?jbyDrr11X+}6{P(Nu}MrmYCX>L?$cw1?LVrh(NX_jzlpm%AierdFYX}*kU$dhT(nrYmjY32"
        "Z000vqL3|bTtS{@i$C>~leBw9QwT1GHhP&QgxJX&NzT5d>Mcurb^R9cK$T9#m1pk`XCY+AH(TE2K%$bMSVgj(E+T"
        "IK*t00m153QH6ZOCA(UC>cvK9!oqUOGYS5P%TSZGD~DPOKv<%ctJ~oMoWxKOO{YepjAt%T1&KFOTJ`F$Z1Q`ZcE&"
        "AOXdJP00cY=2s{)FJRT4{C=@(07(6^2JVqcqP$WEBC_H2=JZ>;Ncr-kMI6RCzJeEK_phP^XNIbMmJibso$W%PiSU"
        "lWZJmvr`00S)w1}zi`EglRlC=V?%5-mIxEk+nEP#Y~;9xY@cEp8+&cqc7_DlLpHEtW7XpffG1HZ8O{ExtT0$UiO8"
        "LM_}yE#?3o00JHg1RfLy9v%oDC<-1j3?4iV9!3xzP!b+m6dq(29&Q*Ocp4sp93G4w9+n^;pducsBp$RT9=<3Z$SN"
        "MvEFRo09_9cK009pQ0uK}e4;};$C<PBP1`j+34@L+NPzeuO3J+up4{i((cnuGN4iAhE50(%Qpb-zM5)ZT!555!+$"
        "Q2LL77yGP59R;>0000A000yK03HAUC;$L5002Ay07d`+Pyhg0003kF0B!&PcmM!`004{t0G0p%pa1}>006WA0KNb"
        "K$N&J+007(o0Ok"
    ),
    "bmp_gray": (
        "LQT#E00000001@w001Ze000;O000pH000312mk;8005W)006`e006`e000010000100000000320RRF50ssR80{{"
        "dB1ONpE1po#H1^@>K2LK2N2mlEQ2>=QT3IGcW3jhoZ3;+!c4FC=f4ge1i4*(Dl5C9Po5dabr5&#nu695zx6aW<!6"
        "#y0%762C)7XTO-7yua=82}m@8UPy`8vq;}8~`019RMC49snO79{?aAAOImDApjyGA^;;JBLE~MBmgBPB>*NSCIBZ"
        "VCjclYC;%xbDF7-eDgY}hD*!AkEC4MnEdVYqE&wktF90wwFaR+zF#s|$G5|9(GXOL+GypX<H2^j?HUKv_Hvl*|H~"
        "=|0IRH93IsiL6I{-X9JODjCJpevFJ^(*IKL9{LKmb8OK>$KRLI6WULjXiXL;yuaMF2)dMgT`gM*v7jNB~JmNdQVp"
        "N&rhsO8`tvOaM(yO#n_#P5@6&PXJI*PykU;Q2<g>QUFs^Qvg&{Q~*^~RRC62RsdI5R{&U8SO8gBSpZsES^!&HTL4"
        "^KTmW5NT>xHQUI1TTUjSfWU;trZVE|%cVgO@fV*q4iWB_GlWdLSoW&merX8>quXaH$xX#i?!Y5;3%YXEF)YyfR-Z"
        "2)d=ZUAp@Zvb#`Z~$>}aR731asYF4a{zR7bO3dAbpUpDb^v#GcK~>JcmR2Mc>sEPdH{QSdjNcVd;ooYeE@!begJ="
        "ee*l1hfB=DkfdGPnf&hbqg8+ntgaCzwg#d<zh5(0$hX9C(hyaO+i2#a<iU5m?ivWy_i~x;|jR200jsTC3j{uO6kN"
        "}a9kpPmCk^qyFlK_;IlmL~Ll>nBOmH?NRmjIZUm;jlXnE;xangE-dn*f}goB*AjodBMmo&cYpp8%kspa7wvp#Y+y"
        "q5z|#qX49&qyVL*r2wX;rU0j>rvRv^r~s*{sQ{{~ssO92s{pL5tN^X8tpKjBt^lvEuK=*HumG{Ku>i8NvH-KQvjD"
        "WTv;eiWwE(uZwg9)cw*a`fxB$7ixd6Jlx&XVoy8yhrya2tuy#T(xz5u_!zW~6%zyQI)!2rU-!T`g=!vMs@!~n&`#"
        "Q?^}#sJ61#{kI4$N<U7$pFgA$^gsD%K*&G%mB^J%>d5M&H&HP&j8TS&;ZfV(E!rY(g4%b(*V@e)Bx4h)d1Gk)&SS"
        "n*8teq*Z|qt*#O$w+5p?z+W_3$+yLF(-2mR+-T>d<-vHp?-~i#_;Q->|;sE30;{fF3<N)R6<pAd9<^bpC=K$#F=m"
        "6>I=>Y2L>HzEO>j3QR>;UcU?EvoX?f~!a?*Q=d@Bs1g@c{Dj@&NPm^8obp^Z@ns^#Jzv_5k<y_W=0#_yGC&`2hO*"
        "`T+a;`vCm>`~dy^{Q&;{{s8~~{{W4Wmz$uas;{%Sy~4-K(AB-d#>>#v+TMhTjgps~prxv=v$(v$#>>ytyTHZD&eM"
        "B<go%!lmz$uasjjlOyTHZC&b7L}!^m=Xdw_(Ajgpp|pQNa*v9`Lt!^f|)xV&m^a(8=wgourim71QSr>n2DxV*u|t"
        "g&HbX>M|MdVhn5i;$F<oS~(ut+BSczQR~sU}R}+admlpfrW~Wl9rmDqNl5`v$s!ES6g3WXKQbBcYA+>hl`Mun4F-"
        "bsH{dxPEuA{USeiyZE<yZeSw9Ejggd?oS;5IMM+IjR9IYKWM^w{b9Q=uf`*BWk(D($JU~Q8OHWc(T3umfXl!tEcY"
        "A(<hKVdNGdDUuK}AVSP*Yc0USVZvY;bdTdVV7(DlRcJI6FT=MoCRjQ&(DEVP$A+Z*m$QAtWd(E;2PZJU>E4NlZ{v"
        "R$5(PWM>i;7#kiUB`7N|GBr3mKSD)FOixl(SX>DV4-yp^8y_MiC@U^8G&edvK}1JNO;7*>1_=xg5)~L59w8(rDlI"
        "TGHaR>$LPY"
    ),
    "bmp_rgba": (
        "LQR$i00000001@s001Ze000;O000pH00031AOHXW003YH006`e006`e00000000000002+0RIs13iTlH6zeeX9^p"
        "XnDA!Q%GR<J{Ji~DCM!A6SP_K~iTBV@yWSg+?Zjr$7c!$vNf_>odjC1htmT3U+pkEO1s#PHHv`aAXzCl3n$Tv{%("
        "k)={+#_)C<{1Ft0RIo+3iTf06zeVF9^pLUDA!BjGR<1yJi}?>M!9(5P_KvKTBVlZWSgboZjrR%c!$H`f_>8AjC0}"
        "PmTB<epkM#ts#Ol*v`Zb~zCkSE$TvIT(k)8i+#^}x<{1Fe0RIls3iTY)6zeL|9^p9BDAz{PGR;)dJi}trM!9g(P_"
        "KT{TBVHAWSg4OZjq?cc!##qf_=o&jC0b`mTBP9pkMCNs#W~bv`Y%ozCjq$$Tud^(k(R7+#^EL<{1FP0RIic3iTSp"
        "6zeC$9^o{@DAz&5GR;oIJi}YVM!9IiP_K2vTBU-+WSft}ZjqeBc!#OOf_=8bjB~@omTAz#pkLj?s#WU4v`hEHzCi"
        "@T$Ttzg(k&jt+#@T)<{1FA0RIfM3iTMY6ze3k9^o*wDAzo+GR;V|Ji}D9M!8_LP_JyXTBUfjWSfMvZjq3*c!!*{f"
        "_<p8jB~WKmTADWpkK_is#Vyuv`gf)zCrM`$T$47(k%$I+#?jU<{1E`0RIc63iTGH6zd_S9^ovdDAzZoGR;DzJi|?"
        ";M!8s}P_JX9TBUBKWSe=VZjpqgc!!Urf_<8$jB}->mT9o1pkKSCs#V6Nv`f*YzCqlj$T#Pu(k=3(+#~&^<{1E%0R"
        "IY>3iTA06zd+A9^ojKDAzKUGR-`eJi|toM!8UyP_J5+TBT%`WSef5ZjpGFc!z?Pf_;pZjB}QjmT91tpkJz%s#Ua>"
        "v`fC0zCp;A$T!lK(k<MU+#}|e<{1Eo0RIVx3iT3)6zdy@9^oX1DAz5AGR-!JJi|YSM!86bP_I#kTBTZtWSe7$Zjo"
        "$<c!za|f_;96jB|&FmT8cOpkJAXs#T(gv`edpzCpBy$Tz)*(k;e^+#}D2<{1EZ0RISh3iS|p6zdpx9^oK(DAy=>G"
        "R-h}Ji|D6M!7(EP_IaMTBT5UWSdxcZjoSkc!y|sf_-p!jB|K+mT7=^pkIi1s#TD9v`d(HzCoaP$Tz5X(k-xf+#|S"
        "n<{1EK0RIPR3iS?Y6zdgf9^o8mDAyxtGR-P!Ji{?*M!7g?P_I8}TBSy5WSdQCZjn@Jc!yhQf_-9XjB{yemT7Qlpk"
        "H@ss#Shzv`d9)zCny>$TyQ|(k+^4+#{iB<{1E50RIMB3iS+H6zdXN9^n{TDAyiZGR-7fJi{tlM!7IrP_H&xTBST%"
        "WSc@-Zjne@c!y3}f_+q4jB{FAmT6#GpkHQMs#R=Sv`cbYzCn0e$Txmk(k+Bq+#`xw<{1D>0RII`3iS$06zdO59^n"
        "*ADAyTFGR+=KJi{YPM!6_UP_HdZTBR~eWScijZjn4oc!xntf_+9yjB`s%mT6E+pkGx>s#RJ`v`b%0zCmP5$Tw+A("
        "k*UF+#_>K<{1Dy0RIF$3iSv)6zdE;9^nu?DAyD`GR+t~Ji{D3M!6t7P_HCBTBRsFWScBJZjmrNc!xARf_*qVjB`9"
        "ZmT5pdpkG8hs#Qolv`b7pzClnt$Tw6x(k)m#+#_5(<{1Dj0RICm3iSpp6zd5s9^nivDAx}yGR+b#Ji`?&M!6U*P_"
        "G*;TBRN>WSb!^ZjmG{c!wt~f_*A2jB_n5mT538pkFgBs#P{Ev`aZHzCk=K$TvSN(k((Q+#^LT<{1DU0RI9W3iSjY"
        "6zc{a9^nWcDAx)eGR+JgJi`tiM!66kP_GgmTBQ^oWSbTqZjl%sc!wGuf_)qwjB_3ymT4d!pkE>$s#PQ&v`Z!)zCk"
        "D+$Tun;(k(0=+#@a?<{1DF0RI6G3iSdH6zc;I9^nKJDAxrKGR+1LJi`YMM!5(NP_GFOTBQmPWSa{QZjlTRc!v!Sf"
        "_)ATjB^hUmT3?VpkEOWs#OvXv`Z5YzCjcZ$Tt-a(k&Jb+#?qc<{1D00RI303iSX06zc#09^n80DAxc0GR*)0Ji`D"
        "0M!5h0P_F<0TBQI0WSam0Zjk^0c!vN0f_(r0jB@}0mT3S0pkDw0s#O30v`YX0zCi#0$Tt80(k%c0+#>)0<{1"
    ),
    "png_rgb16_interlaced": (
        "iBL{Q4GJ0x0000DNk~Le0000O0000H5CQ-I0dI{LvH$=Azez+vRCwC8lRs!vQ542+(l#$I{gbpWS{rz+6-;8$7DT"
        "YzKnp^#g6JTm9Yh?&AyYaePIjrFo6^Z4ixo<@zQsj^bm-D0ixCP{T3o8MiwF*i;Q7v_=BD?()V~CN+<fQU?|$drL"
        "<kF?Yxls)E*KJ4X_cg+5EE<Q<eCuH-VD0-X6`?%>|!l4lW0b#u-1pbun?t{q1)iClVD|sq%uoomdYzjJ7h1ngq0Z"
        "=BJP0+jd3r_YijZqRMS|(WR@9np5s_ZLS&g4gVZFqtZj8fRy#;Pnquba(M|BgBM@?~e(?i%`6-y6CMR#9|FNFnaI"
        "y=DmQGjMX=a+HbLWKRRD@{TPZHbr9cEIa6R_45GMb%IMxE;@bgetg<WF`sDUPP=3dhEE9fVJKU_Xz5_si9@Jjht0"
        "G0wzV<9e<a)g_UUWFyH&vL5$9+=XN#$u}a|NV1Wv;|C_$NY-x@!JE?|`wbo!A%#$M0@kgoWaQ3;zW?sknrkwWTWz"
        "25CAz8T1gt?Tuu4X=Qym|Z0q=771%s<(R9dyR@g?CYq8!)ON;j3}PI|S$Lih_9c@M^FV9!giZy7wc2&U%2!2&p(2"
        "TxxD&y0fSQe@<^k;_JI!LETYatpo7;PFLpU><Y};Hf+aBeyUz3Z6HOVwzE(W|Y#5hS_L@jYips6ZwtSZHzXcjh5!"
        "o(oLh$f34@0urN^Q8%zW<)I{4*{$G^>olUDi;ZKm-d}s&ge^Lz}v6li}d7=Wf??USEp&g(%s{d{;1-koH1&X|bWc"
        "koOq(oX)n>$-o{hTS#gF7lv^fe^gheub{I@+@8*JD;G(6gEf6x)E*X)v~7`|5vFJvhs(QlRR%3e;7F)NQb<Y8#5)"
        "V+ZJsYLIiU;oM!NKyQ~+pq>|y;u;SW+fa1=>Rv_Xh`m1mPjYPd7g-2e00000NkvXXu0mjf"
    ),
}

FILES = {name: base64.b85decode(text) for name, text in _TEXTS.items()}
