export const chinese = {
  nav: [
    { text: '快速开始', link: '/zh/guide/get-started' },
    { text: '概念', link: '/zh/concepts/dying-relu' },
    { text: '指南（英文）', link: '/guides/audit' },
    { text: '参考（英文）', link: '/api/' },
  ],
  sidebar: {
    '/zh/': [
      { text: '开始', items: [{ text: '快速开始', link: '/zh/guide/get-started' }] },
      {
        text: '概念',
        items: [
          { text: '死亡的 ReLU', link: '/zh/concepts/dying-relu' },
          { text: '有多确定？', link: '/zh/concepts/how-sure' },
          { text: '证书', link: '/zh/concepts/certificates' },
          { text: '误解，逐条测量', link: '/zh/concepts/myths' },
        ],
      },
    ],
  },
  outline: { level: [2, 3], label: '本页目录' },
  docFooter: { prev: '上一页', next: '下一页' },
  darkModeSwitchLabel: '外观',
  sidebarMenuLabel: '菜单',
  returnToTopLabel: '回到顶部',
  footer: { message: 'MIT 许可证。' },
};

export const chineseSearch = {
  button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
  modal: {
    displayDetails: '显示详细列表',
    resetButtonTitle: '清除',
    backButtonTitle: '关闭搜索',
    noResultsText: '没有找到',
    footer: { selectText: '选择', navigateText: '移动', closeText: '关闭' },
  },
};
