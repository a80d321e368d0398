export class GraphView { runs=[]; element=document.createElement('main'); keys(){return []} async update(){} stop(){} }
